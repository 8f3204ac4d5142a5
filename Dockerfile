# Carillon as an image: one program, whose role is its argument. `docker-compose.yml` puts the roles together.

FROM node:24-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json ./

# The optional dependencies are the Postgres of `carillon up`, which containers do not use.
FROM base AS dependencies
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

# The suites, with servers of their own: `docker compose run --rm api-tests`, `worker-tests`.
FROM base AS tests
RUN npm ci --no-audit --no-fund && chown -R node:node /app
COPY --from=nats:2.15-alpine /usr/local/bin/nats-server /usr/local/bin/nats-server
COPY --chown=node:node . .
USER node
ENTRYPOINT ["npm", "run", "test:integration", "--"]

FROM base AS carillon
ENV NODE_ENV=production CAMPAIGN_SERVICE_HOST=0.0.0.0
COPY --from=dependencies /app/node_modules node_modules
COPY consumers consumers
COPY migrations migrations
COPY schemas schemas
COPY src src
COPY streams streams
COPY templates templates
USER node
EXPOSE 8240
# Of the roles that serve HTTP (gateway, all).
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.CAMPAIGN_SERVICE_PORT ?? 8240}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# What is in flight is finished within 30 seconds of this signal.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "src/cli/main.ts"]
CMD ["serve", "--role", "all"]
