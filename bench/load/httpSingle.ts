/** G9: one event a request, fifty connections. */

import { sendRequests } from "./httpRequests.ts"

await sendRequests({ path: "/api/v1/events", connections: 50, batch: 1 })
