# The image of users-brick: one static program on an empty root.
#
#   docker build -t users-brick --build-arg VERSION=1.0.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#   docker run --rm --read-only --tmpfs /tmp -v "$PWD:/data" -v users-brick:/var/lib/users-brick users-brick run params.json
#
# Paths in params are relative to /data. The program runs as 65532:65532, or as
# --user says, and changes in /data only what that user may write.

ARG GO_IMAGE=docker.io/library/golang:1.26.8-bookworm

# The compiler runs on the machine that builds and writes for the one that runs.
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
WORKDIR /src

# Modules change more seldom than code, so they have a layer of their own.
COPY go.mod go.sum ./
RUN go mod download

COPY . .
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=dev
RUN mkdir -p /image/var/lib /empty && mkdir -m 1777 /image/tmp && \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /image/users-brick ./cmd/users-brick

FROM scratch
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="users-brick" \
      org.opencontainers.image.description="Makes the users of a platform match a file" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

# Time zones are inside the program.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /image/ /
COPY --from=build --chown=65532:65532 /empty/ /data/
COPY --from=build --chown=65532:65532 /empty/ /var/lib/users-brick/

# Where runs are kept, and what one remembers for the next, unless BRICK_RUN_DIR
# says otherwise. Named in this way it may be missing: another user than the one
# below goes on without it, with a warning.
ENV XDG_STATE_HOME=/var/lib

# As volumes all can be written on a read-only root. /tmp takes what does not fit
# into memory while sorting; BRICK_TMP_DIR names another place.
VOLUME ["/data", "/tmp", "/var/lib/users-brick"]
WORKDIR /data
USER 65532:65532
ENTRYPOINT ["/users-brick"]
