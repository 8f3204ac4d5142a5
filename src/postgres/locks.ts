/** The numbers of all advisory locks, which one database has in common. */

export const locks = {
  migrate: 5_726_301,
  /** With the task's name: held by the one process that is at it. */
  maintenance: 5_726_302,
  streamMarks: 5_726_303,
  /** With the figures' name. */
  figures: 5_726_304
} as const
