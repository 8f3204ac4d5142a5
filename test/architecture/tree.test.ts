/** What a stranger finds at the top of the repository, and the files that nothing but this test would miss. */

import { globSync, readdirSync, readFileSync } from "node:fs"
import { basename } from "node:path"

import { assert, describe, it } from "@effect/vitest"

const promised = [
  "package.json",
  "tsconfig.json",
  "src",
  "streams",
  "consumers",
  "schemas",
  "migrations",
  "nats.conf",
  "docker-compose.yml",
  "test"
]

/** Names that say nothing of what is inside. */
const vague = /^(utils?|helpers?|common|types|constants|lib|misc|index|managers?)(\.ts)?$/i

const sources = globSync("{schemas,streams,consumers,src,chaos,test,bench}/**/*.ts", {
  exclude: ["**/node_modules/**"]
}).toSorted()

/** A test file's own sentences are its header. */
const explained = sources.filter((file) => !file.endsWith(".test.ts"))

describe("the top level", () => {
  it("has what is promised", () => {
    assert.includeMembers(readdirSync("."), promised)
  })
})

describe("the tree", () => {
  it("finds the source files", () => {
    assert.isAbove(sources.length, 20)
  })

  it("has no file or folder without a meaning in its name", () => {
    assert.deepStrictEqual(
      sources.filter((file) => file.split("/").some((part) => vague.test(part))),
      []
    )
  })

  it.each(explained)("%s begins with a sentence that says what lives in it", (file) => {
    assert.match(readFileSync(file, "utf8"), /^(#!.*\n)?\/\*\*\s/)
  })

  it("numbers migrations without gap, verb first", () => {
    const names = globSync("migrations/*")
      .map((file) => basename(file))
      .toSorted()
    assert.isNotEmpty(names)
    names.forEach((name, i) => {
      assert.match(name, new RegExp(`^${String(i + 1).padStart(4, "0")}_[a-z]+(_[a-z0-9]+)+\\.sql$`))
    })
  })

  it("has no golden file that no test reads", () => {
    const tests = globSync("test/**/*.test.ts").map((file) => readFileSync(file, "utf8"))
    const unread = globSync("test/golden/**/*.*").filter(
      (file) => !tests.some((text) => text.includes(basename(file)))
    )
    assert.deepStrictEqual(unread, [])
  })
})
