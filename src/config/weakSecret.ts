/** Secrets that somebody would guess: of examples, of defaults, or with too little in them. */

/** As people write into examples and forget to change; compared without what is no letter or digit. */
const placeholders = [
  "changeme",
  "changethis",
  "replaceme",
  "placeholder",
  "yourkey",
  "yourpassword",
  "yoursecret",
  "password",
  "example",
  "donotuse",
  "letmein"
]

/** What servers come with, and what is tried first. */
const defaults = new Set([
  "postgres",
  "carillon",
  "nats",
  "admin",
  "root",
  "secret",
  "s3cret",
  "default",
  "qwerty",
  "test"
])

const shortestPassword = 8
const fewestCharacters = 8

const lettersOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "")

const isPlaceholder = (letters: string): boolean => placeholders.some((word) => letters.includes(word))

/** `abcabcabc`: some beginning of it, again and again. */
const isRepetition = (text: string): boolean => `${text}${text}`.indexOf(text, 1) < text.length

/** `abcdef…`, `0123…`: most characters are the successors of those before them. */
const isSequence = (text: string): boolean => {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  const steps = codes.filter((code, index) => code === (codes[index - 1] ?? 0) + 1).length
  return steps * 2 > codes.length
}

/** Why this is no key for a whole installation; none where it may be one. Says nothing of its length. */
export const weaknessOfKey = (key: string): string | undefined => {
  if (new Set(key).size < fewestCharacters)
    return `it has fewer than ${fewestCharacters} different characters`
  if (isRepetition(key)) return "it repeats itself"
  if (isSequence(key)) return "its characters follow one another"
  return isPlaceholder(lettersOf(key)) ? "it is that of an example" : undefined
}

/** @param names of the user and of what is logged in to: the first guesses */
export const weaknessOfPassword = (password: string, names: ReadonlyArray<string>): string | undefined => {
  const letters = lettersOf(password)
  if (names.includes(password)) return "it is a name"
  if (defaults.has(letters) || isPlaceholder(letters)) return "it is a default or that of an example"
  if (password.length < shortestPassword) return `it has fewer than ${shortestPassword} characters`
  return new Set(password).size < 4 || isSequence(password) ? "it is guessed at once" : undefined
}
