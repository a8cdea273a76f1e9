package main

// faultsHelp says what --faults understands: the keys of [gooddatatest.Faults].
const faultsHelp = `--faults says what goes wrong, in JSON such as {"busy": 0.05, "tt_uses": 5}:

  slow, in durations such as "20ms"
    latency            before a request takes effect
    jitter             up to as much again
    answer             from a request to its answer at least
    slow_body          over which an answer is spread
  answers that ask to come back
    capacity           a number of requests at once; more are answered 429
    throttle_every     n: every n-th request is answered 429
    busy               the share of requests answered 503, from 0 to 1
    busy_first         n: the first n requests of every resource are answered 503
    retry_after        a duration for the header Retry-After of both
    retry_after_date   true: the header is a date
  answers that are none
    error_once         true: the first request of every resource is answered 500
    html_every         n: every n-th is answered 502 with a page for people
    cut_before_every   n: the connection of every n-th ends before it takes effect
    cut_after_every    n: it ends in the middle of the answer
    truncate_every     n: the answer to every n-th is half of its JSON
  sessions
    tt_lifetime        a duration after which a temporary token is dead
    tt_uses            n: it is dead after n uses
    lock_after         n: an account is locked after n logins in vain
  lists
    pages              items on a page at most, such as {"accounts": 100}; also
                       members, groups, group_members and clients
    next_links         true: pages of accounts have a link to the next
    batch              members in one request at most; 100 without
  what nobody knows for sure; true, unless it says otherwise
    strict_put         what is missing in an update of an account becomes null
    leave_deleted      memberships of deleted accounts stay
    drop_groups        who leaves a project leaves its groups
    strict_add         adding who is in a group is an error
    groups_of_members  only members of a project may come into its groups
    members_only       an admin of the organization needs a role in a project, too
    plain_failures     people who failed are told without a reason
    no_internal_roles  a status, such as 404, with which the internal list of roles answers
    sso_providers      what becomes of names, such as {"SALESFORCE": "salesforce.com"}
  which requests
    only               beginnings, such as ["POST /gdc/projects/"]; all others are answered well
    spare_login        true: login, token and logout are answered well
    seed               a number, for other requests that seem picked by chance`
