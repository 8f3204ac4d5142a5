/** Every scenario there is. */

import { type Scenario } from "../Scenario.ts"
import { kills } from "./kills.ts"
import { long } from "./long.ts"
import { power } from "./power.ts"
import { provider } from "./provider.ts"
import { servers } from "./servers.ts"
import { surroundings } from "./surroundings.ts"

export const scenarios: ReadonlyArray<Scenario> = [
  ...kills,
  ...servers,
  ...surroundings,
  ...provider,
  ...power,
  ...long
]
