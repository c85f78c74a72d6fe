// types.js: the shapes that travel and that are kept. Types only, for readers and the type checker.

/** @typedef {{id: string, name: string, reached: boolean}} Person */

/**
 * A door as the server lists it. `position` is its place in the walking order, `tried` how often it was knocked
 * before, by anybody.
 * @typedef {object} Door
 * @property {string} id
 * @property {string} street
 * @property {string} label
 * @property {string} block
 * @property {number} position
 * @property {number} tried
 * @property {{outcome: string, at: string} | null} last
 * @property {Person[]} people
 */

/** @typedef {{id: string, label: string, key?: string}} Choice */
/** @typedef {{id: string, text: string, kind: string, answers: Choice[]}} Question */
/** @typedef {{id: string, label: string, code: string}} Outcome */

/**
 * The answer to `GET walk`: the only thing on the phone that names doors and people.
 * @typedef {object} Pack
 * @property {{id: number, name: string, purpose: string}} walk
 * @property {string} mode
 * @property {boolean} names
 * @property {string} candidate
 * @property {string} standing_as
 * @property {string} expires_at
 * @property {string} append_until
 * @property {Question[]} questions
 * @property {Outcome[]} outcomes
 * @property {{id: string, name: string}[]} streets
 * @property {Door[]} doors
 * @property {string} server_time
 */

/**
 * A door found on the way: `id` is made here, `known` is the server's once it has answered.
 * @typedef {{id: string, street: string, label: string, known?: string}} AddedDoor
 */

/** @typedef {Record<string, string>} Answers */

/**
 * What travels. `seq` is given when the event is saved.
 * @typedef {object} DoorEvent
 * @property {string} id
 * @property {number} seq
 * @property {"contact" | "void"} kind
 * @property {string | {street: string, label: string}} door
 * @property {string} [outcome]
 * @property {string} [person]
 * @property {Answers} [answers]
 * @property {string} [target]
 * @property {string} mode
 * @property {string} at
 */

/**
 * An event before it is saved: its number comes with the saving. `door` is the door's id on this phone.
 * @typedef {{id: string, door: string, event: any}} Draft
 */

/**
 * What one tap comes to: its events, whose ids are made now; a door that is new with it; the contact that is taken back,
 * whose answers must not travel any more; and the conversation that a new one stands in for.
 * @typedef {{drafts: Draft[], added?: AddedDoor, unsay?: string, instead?: string}} Tap
 */

/**
 * An event as kept: in the outbox until a result names it, then in the journal. `door` is the door's id on this phone.
 * `counted`: its answers were on their way in tally mode, so the server may have counted them; or they were with the
 * contact that it stands in for, `instead`. `device` is the first it may have been sent under.
 * @typedef {object} Row
 * @property {string} id
 * @property {number} allocation
 * @property {number} seq
 * @property {string} door
 * @property {DoorEvent} event
 * @property {string} [refused]
 * @property {boolean} [counted]
 * @property {string} [instead]
 * @property {string} [device]
 * @property {number} [acknowledged]
 */

/**
 * Where the volunteer is: the door, and the conversation being written down there.
 * @typedef {object} Place
 * @property {string | null} door
 * @property {AddedDoor} [added]
 * @property {Talk} [talk]
 */

/**
 * A conversation as far as it has come. `replaces` is the contact that Change takes back for it; `silent`: its answers
 * may be counted already, so only who spoke is asked.
 * @typedef {object} Talk
 * @property {number} step
 * @property {string} [person]
 * @property {Answers} answers
 * @property {boolean} named
 * @property {string} [replaces]
 * @property {boolean} [silent]
 */

/**
 * A walk opened on this phone. Times are milliseconds; `skew` is server minus phone. `wipe`: its doors were removed;
 * `ended`: because the server said that it is over. `repost`: a new link came, and the journal is to be sent again.
 * @typedef {object} Walk
 * @property {number} allocation
 * @property {string} name
 * @property {string} token
 * @property {string} device
 * @property {number} seq
 * @property {number} expiresAt
 * @property {number} skew
 * @property {number} heardAt
 * @property {number} sentAt
 * @property {string} etag
 * @property {boolean} needsLink
 * @property {boolean} repost
 * @property {"none" | "doors"} wipe
 * @property {boolean} ended
 * @property {Place} place
 * @property {AddedDoor[]} added
 */

/**
 * Everything kept of one walk.
 * @typedef {object} Kept
 * @property {Walk} walk
 * @property {Pack | null} pack
 * @property {Row[]} outbox
 * @property {Row[]} journal
 * @property {number} elsewhere  events of other walks that wait
 */

/**
 * A door with what this phone logged there. `short` is its label without the block, which stands above it; `spent` are
 * conversations that were taken back though their answers may be counted, while no other stands in for them.
 * @typedef {Door & {logs: Row[], spent: Row[], short: string, streetName: string, added?: AddedDoor}} Stop
 */

/**
 * The walk as the screen shows it.
 * @typedef {object} Look
 * @property {Stop[]} stops  in walking order; a door found on the way comes last in its street
 * @property {Stop | null} current  null when every door is logged, or there is none
 * @property {Stop | null} previous
 * @property {Stop | null} next
 * @property {number} done
 * @property {Row | null} last  the newest contact that stands
 * @property {Row[]} refused  what the server would not take
 */

/** @typedef {"door" | "list" | "asking" | "adding" | "giving"} Screen */

/**
 * What a screen is drawn from. `changing` is the contact about to be replaced, `notice` a sentence for this screen.
 * @typedef {object} View
 * @property {Walk} walk
 * @property {Walk[]} walks
 * @property {Kept} kept
 * @property {Pack} pack
 * @property {Look} look
 * @property {Place} place
 * @property {Row | null} changing
 * @property {string} notice
 * @property {string} shade
 */

/**
 * The screens before the first door.
 * @typedef {object} Entry
 * @property {"code" | "opening" | "sign-in" | "acknowledge" | "impossible"} step
 * @property {string} message
 * @property {string} code
 * @property {string} text
 * @property {string} version
 */

/** @typedef {{allocation: number, label: string, again: () => Promise<void>}} Unsaved */

/**
 * What the page shows now. `entry` is null while a walk is open; `unsaved` has, by door, what could not be written.
 * @typedef {object} Page
 * @property {Entry | null} entry
 * @property {Walk[]} walks
 * @property {Kept | null} kept
 * @property {Look | null} look
 * @property {Place} place
 * @property {Screen} screen
 * @property {Row | null} changing
 * @property {string} notice
 * @property {Map<string, Unsaved>} unsaved
 * @property {string} trouble
 * @property {string} shade
 * @property {Acts} acts
 */

/**
 * What a tap can do.
 * @typedef {object} Acts
 * @property {(code: string) => void} open
 * @property {() => void} agree
 * @property {() => void} enter
 * @property {(screen: Screen) => void} show
 * @property {() => void} back
 * @property {(door: string) => void} goTo
 * @property {() => void} onward
 * @property {(stop: Stop, outcome: string) => void} log
 * @property {(row: Row) => void} change
 * @property {() => void} keep
 * @property {(stop: Stop, row: Row) => void} undo
 * @property {(person: string) => void} person
 * @property {() => void} names
 * @property {(question: string, answer: string) => void} answer
 * @property {() => void} skip
 * @property {() => void} stepBack
 * @property {() => void} save
 * @property {(street: string, label: string) => void} add
 * @property {() => void} send
 * @property {() => void} retry
 * @property {() => void} handBack
 * @property {(allocation: number) => void} switchTo
 * @property {(shade: string) => void} shade
 */

export {};
