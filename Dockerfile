# The same build as tools/up, then a small image with the program, its modules and the libraries that they load.

FROM debian:bookworm-slim AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /src
# Packages first: this layer changes only when their list does.
COPY tools/setup tools/packages tools/env.sh tools/
RUN tools/setup
COPY . .
RUN tools/package /opt/chela

FROM debian:bookworm-slim
COPY tools/setup tools/packages tools/env.sh /tmp/tools/
RUN /tmp/tools/setup --runtime && rm -rf /tmp/tools /var/lib/apt/lists/* \
  && useradd --uid 10001 --user-group --create-home --home-dir /var/lib/chela --shell /usr/sbin/nologin chela
COPY --from=build /opt/chela /opt/chela
# For plugins that are written for Node; found on PATH.
COPY --from=build /src/.cache/node-*/bin/node /opt/chela/bin/node
USER 10001:10001
WORKDIR /var/lib/chela
# 0.0.0.0 is the container's own address; without a token the gateway refuses to start on it and says so.
ENV PATH=/opt/chela/bin:/usr/bin:/bin \
    CHELA_HOME=/var/lib/chela \
    CHELA__gateway__bind=0.0.0.0 \
    CHELA__gateway__port=18789
VOLUME ["/var/lib/chela"]
EXPOSE 18789
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["chela", "health"]
ENTRYPOINT ["chela"]
CMD ["gateway"]
