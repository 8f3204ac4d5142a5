/** G9: a thousand events a request, four connections. */

import { sendRequests } from "./httpRequests.ts"

await sendRequests({ path: "/api/v1/events/batch", connections: 4, batch: 1000 })
