# Merhaba as an image: the one program, as a person without rights, with one folder that it may write.
# Build it where the build may fetch crates; run it behind a proxy that speaks TLS:
#   docker run -v merhaba:/data -p 8787:8787 merhaba --public-url https://chat.example.com
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && make build

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data merhaba && install -d -o merhaba -g merhaba -m 0700 /data
COPY --from=build /src/target/release/merhaba /usr/local/bin/merhaba
USER merhaba
VOLUME /data
EXPOSE 8787
ENV MERHABA_LISTEN=0.0.0.0:8787 MERHABA_DATA=/data
ENTRYPOINT ["/usr/local/bin/merhaba", "serve"]
