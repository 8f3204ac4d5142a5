/** G1, Carillon: decodes and checks jobs, does nothing with them, acknowledges. */

// oxlint-disable-next-line import/no-unassigned-import -- compiles schemas, as the program does
import "effect/schema/SchemaJITCompiler/enable"
import { Counting } from "../measure/Counting.ts"
import { consumeJobs, withNats } from "./carillon.ts"

const counting = new Counting()
await withNats(consumeJobs((jobs) => counting.add(jobs.length)))
