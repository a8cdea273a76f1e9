#!/usr/bin/env bash
# Builds the image and runs the tour in it, once by hand and once by a schedule,
# on a machine without a container engine or a registry: the installed Go stands in for the image that the
# Dockerfile builds on, and Go's module cache for the module proxy.
#
# Needs root, Go and buildah, which apt-get installs when it is missing. Ends
# with "image-test: ok" and 0; with "image-test: FAILED: …" and 1; or, where
# the machine cannot do it, with "image-test: SKIPPED: …" and 77. Nothing is
# left behind but an installed buildah.
#
# shellcheck disable=SC2016 # templates and the inner shell expand for themselves
set -euo pipefail
cd "$(dirname "$0")/.."

readonly stand_in=localhost/go-stand-in image=localhost/users-brick
readonly version=0.0.0-image-test revision=0123456789abcdef
readonly certificates=/etc/ssl/certs/ca-certificates.crt
# buildah writes this one file outside of the storage that it is given.
readonly blob_cache=/var/lib/containers/cache/blob-info-cache-v1.boltdb
# What the program gets besides the variables of the image.
variables=(BRICK_RUN_DIR=/var/lib/users-brick BRICK_LISTEN="127.0.0.1:$((20000 + RANDOM % 10000))")
readonly variables

say() { echo "image-test: $*" >&2; }
fail() { say "FAILED: $*"; exit 1; }
skip() { say "SKIPPED: $*"; exit 77; }

# same WHAT WANT GOT fails unless the last two are equal.
same() {
	[[ $2 == "$3" ]] && return
	diff --label wanted --label found -u <(echo "$2") <(echo "$3") >&2 || true
	fail "$1"
}

check_machine() {
	((EUID == 0)) || skip "only root can build with buildah and change its root"
	command -v go >/dev/null || skip "Go is not installed"
	[[ -s $certificates ]] || skip "ca-certificates is not installed"
	unshare --mount true 2>/dev/null || skip "mounts are not permitted"
	command -v buildah >/dev/null && return
	say "installing buildah"
	{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends buildah; } >/dev/null 2>&1 ||
		skip "buildah is not installed, and apt-get cannot install it"
}

# begin makes the place where everything lies, images included, and sees to
# its removal.
begin() {
	[[ -e $blob_cache ]] && others_use_buildah=yes
	work=$(mktemp -d -t image-test.XXXXXX)
	trap clean EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	export TMPDIR=$work/tmp
	mkdir "$TMPDIR"
	buildah=(buildah --root "$work/images" --runroot "$work/run" --storage-driver vfs)
}

clean() {
	if [[ -n ${step:-} ]]; then
		kill -- "-$step" 2>/dev/null || true
		wait "$step" 2>/dev/null || true
	fi
	rm -rf "$work"
	if [[ -z ${others_use_buildah:-} && -e $blob_cache ]]; then
		rm "$blob_cache"
		rmdir --parents --ignore-fail-on-non-empty "${blob_cache%/*}"
	fi
}

# slow WHAT COMMAND… runs a command in a process group of its own, so that a
# signal can end it with all its children. Its output is shown when it fails.
slow() {
	local what=$1
	shift
	say "$what"
	set -m
	"$@" </dev/null >"$work/log" 2>&1 &
	step=$!
	set +m
	wait "$step" || { cat "$work/log" >&2; fail "$what"; }
	step=
}

# copy_program ROOT PROGRAM copies a program of this machine with its libraries.
copy_program() {
	local libraries
	mapfile -t libraries < <(ldd "$2" | grep -o '/[^ )]*')
	cp -L --parents "$2" "${libraries[@]}" "$1"
}

# make_stand_in commits an image with what the Dockerfile uses of the Go image:
# a shell, mkdir, Go, certificates. GOPROXY makes sure that no network is used.
make_stand_in() {
	local container root go_root modules=$work/modules
	container=$("${buildah[@]}" from scratch)
	root=$("${buildah[@]}" mount "$container")
	copy_program "$root" /bin/sh
	copy_program "$root" /bin/mkdir
	cp -L --parents "$certificates" "$root"

	go_root=$(go env GOROOT)
	mkdir -p "$root/usr/local/go" "$root/root" "$root/tmp"
	cp -rL "$go_root"/{bin,lib,pkg,src,VERSION,go.env} "$root/usr/local/go"
	slow "gathering modules" env GOMODCACHE="$modules" \
		GOPROXY="file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)" go mod download
	mv "$modules/cache/download" "$root/proxy"

	"${buildah[@]}" config --env HOME=/root --env PATH=/usr/local/go/bin:/bin \
		--env GOTOOLCHAIN=local --env GOPROXY=file:///proxy --env GOSUMDB=off "$container"
	slow "making a stand-in for the Go image" "${buildah[@]}" commit --rm "$container" "$stand_in"
}

build_image() {
	slow "building the image" "${buildah[@]}" bud --isolation chroot --pull-never --tag "$image" \
		--build-arg GO_IMAGE="$stand_in" --build-arg VERSION="$version" --build-arg REVISION="$revision" .
	image_root=$("${buildah[@]}" mount "$("${buildah[@]}" from --pull-never "$image")")
}

# config TEMPLATE prints part of the configuration of the image.
config() { "${buildah[@]}" inspect --type image --format "{{with .OCIv1.Config}}$1{{end}}" "$image"; }

check_pinned_go() {
	same "the Dockerfile builds with the Go that go.mod names" \
		"$(sed -n 's/^go //p' go.mod)" "$(sed -n 's/^ARG GO_IMAGE=.*golang:\([0-9.]*\)-.*/\1/p' Dockerfile)"
}

check_config() {
	same "user, entry point, command, directory and volumes" \
		"65532:65532 [/users-brick] [] /data map[/data:{} /tmp:{} /var/lib/users-brick:{}]" \
		"$(config '{{.User}} {{.Entrypoint}} {{.Cmd}} {{.WorkingDir}} {{.Volumes}}')"
	same "labels" "org.opencontainers.image.description=Makes the users of a platform match a file
org.opencontainers.image.licenses=Apache-2.0
org.opencontainers.image.revision=$revision
org.opencontainers.image.title=users-brick
org.opencontainers.image.version=$version" \
		"$(config '{{range $name, $value := .Labels}}{{$name}}={{$value}}{{"\n"}}{{end}}' | grep -v '^io\.buildah\.')"
}

check_root() {
	same "mode, owner and name of all that is in the image" "755 65532:65532 /data
755 0:0 /etc
755 0:0 /etc/ssl
755 0:0 /etc/ssl/certs
644 0:0 $certificates
1777 0:0 /tmp
755 0:0 /users-brick
755 0:0 /var
755 0:0 /var/lib
755 65532:65532 /var/lib/users-brick" "$(find "$image_root" -mindepth 1 -printf '%m %U:%G /%P\n' | sort -k 3)"
	cmp "$certificates" "$image_root$certificates" || fail "certificates"
}

# in_image ARGUMENT… runs the program as the image says: its user, variables,
# directory and entry point, on a read-only root with volumes for its data and
# its runs and a temporary /tmp.
in_image() {
	local user own
	user=$(config '{{.User}}')
	mapfile -t own < <(config '{{range .Env}}{{.}}{{"\n"}}{{end}}' | grep .)
	unshare --mount --propagation private sh -euc '
		root=$1 volume=$2 state=$3
		shift 3
		mount --bind "$root" "$root"
		mount -o remount,bind,ro "$root"
		mount --bind "$volume" "$root/data"
		mount --bind "$state" "$root/var/lib/users-brick"
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		exec env -i "$@"
	' sh "$image_root" "$work/volume" "$work/state" "${own[@]}" "${variables[@]}" "$(command -v unshare)" \
		--root="$image_root" --wd="$(config '{{.WorkingDir}}')" --setuid "${user%:*}" --setgid "${user#*:}" \
		"$(config '{{index .Entrypoint 0}}')" "$@"
}

# shows TEXT ARGUMENT… fails unless a run in the image succeeds and prints a text.
shows() {
	local output code=0 text=$1
	shift
	output=$(in_image "$@" 2>&1) || code=$?
	[[ $code == 0 && $output == *"$text"* ]] && return
	echo "$output" >&2
	fail "users-brick $* exits $code and should show: $text"
}

take_tour() {
	local tour=testdata/tour/params.json
	mkdir -p "$work/volume/testdata" "$work/state"
	cp -r testdata/tour "$work/volume/testdata"
	chown -R 65532:65532 "$work/volume" "$work/state"
	shows "users-brick $version" version
	shows "1 added, 1 updated, 1 disabled, 1 kept, 1 spared" run "$tour"
	shows "3 kept, 1 spared" run "$tour"
	shows "nothing_to_do" runs ls
	mkdir "$work/volume/jobs"
	sed '1s|{|{"schedule": "@daily", "timezone": "Europe/Prague",|' "$tour" >"$work/volume/jobs/tour.json"
	shows "valid" validate jobs/tour.json
}

# healthy asks the schedule for its health as a container engine would, until
# it says that all is well, and fails when it has ended.
healthy() {
	for _ in {1..60}; do
		in_image health >/dev/null 2>&1 && return
		[[ ! -e $work/ended ]] || break
		sleep 1
	done
	cat "$work/log" >&2
	fail "users-brick schedule does not say that it is healthy"
}

# keep_schedule runs the tour by a schedule, and stops that.
keep_schedule() {
	say "keeping a schedule"
	set -m
	(
		trap : TERM # outlives the program, to take down its exit code
		code=0
		in_image schedule jobs --run-on-start >"$work/log" 2>&1 || code=$?
		echo "$code" >"$work/ended"
	) </dev/null &
	step=$!
	set +m
	healthy
	shows "ok" health "http://${variables[1]#*=}/readyz"
	shows "tour" next jobs --count 1
	for _ in {1..60}; do
		grep -q "3 kept, 1 spared" "$work/log" && break
		sleep 1
	done
	kill -TERM -- "-$step"
	wait "$step" || true
	step=
	grep -q "3 kept, 1 spared" "$work/log" || { cat "$work/log" >&2; fail "the schedule does not run the tour"; }
	same "exit code of a schedule that was stopped" 143 "$(cat "$work/ended")"
}

check_machine
check_pinned_go
begin
make_stand_in
build_image
check_config
take_tour
keep_schedule
check_root
echo "image-test: ok"
