/* The ranking of the search box: the very steps of functions/core/search.py, search_readings.py
   and search_text.py, in whole numbers. A test compares both; change them together. */

const MAX_QUERY = 200;
const MAX_RESULTS = 10;
const ASIDE = " · ";

const SAME = 100;
const SAME_BUT_UNMARKED = 98;
const SAME_BUT_OTHER_MARKS = 75;
const SOUNDS_ALIKE = 80;
const BEGINS = 80;
const BEGINS_THOUGH_KNOWN = 50;
const SLIP = 70;
const SLIP_INTO_A_WORD = 58;
const IN_NAME = 100;
const IN_LEAD = 50;
const IN_TEXT = 34;
const SMALL_WEIGHT = 3;
const TITLE_PART = 14;
const NAME_PART = 40;
const WORDS_PART = 25;
const PAIRS_PART = 21;
const ALIAS = 97;
const SLIP_LETTERS = 5;
const UNKNOWN = 70;
const WHOLE = 700;
const HOLDS_NAME = 30;
const SURE_SLIP = 610;
const SURE_NAME = 290;
const HOLDS_MORE = 6;
const SURE_PLACE = 550;
const PLACE = "don-vi";
const SURE = 420;
const CLEAR = 900;
const NEXT_TO_BEST = 45;
const MOST_WORDS = 16;
const MOST_READINGS = 12;
const AS_TYPED = 100;
const MENDED_BLANK = 96;
const SYNONYM = 97;

/* ---- search_text.py ---- */

const SILENT = "'’‘ʼ`´";
const TONES = "\u0300\u0301\u0303\u0309\u0323";
const BARRED = { "\u0111": "d", "\u0180": "b" };
const LAST_Y = /^(?:qu|[hklmstv])?y$/;
const SOUNDS = [
  [/^ngh/, "ng"], [/^gh/, "g"], [/^tr/, "ch"], [/^s/, "x"], [/^gi(?=[aeou])/, "d"], [/^r/, "d"],
  [/^k/, "c"], [/n[gh]$/, "n"], [/ch?$/, "t"],
];

function word(plain, marked) {
  return LAST_Y.test(plain)
    ? { plain: `${plain.slice(0, -1)}i`, marked: marked.replace(/y/g, "i") }
    : { plain, marked };
}

function wordsOf(text) {
  const words = [];
  let plain = "";
  let marked = "";
  let tone = "";
  for (const sign of `${text.toLowerCase().normalize("NFD")} `) {
    const base = BARRED[sign] || sign;
    if (SILENT.includes(sign)) {
      continue;
    } else if (/^[a-z0-9]$/.test(base)) {
      plain += base;
      marked += sign;
    } else if (TONES.includes(sign)) {
      tone += sign;
    } else if (sign >= "\u0300" && sign <= "\u036f") {
      marked += sign;
    } else {
      if (plain) {
        words.push(word(plain, marked + tone));
      }
      plain = marked = tone = "";
    }
  }
  return words;
}

const plainOf = (words) => words.map(({ plain }) => plain);

function withoutTelex(plain) {
  let letters = plain.replace(/([aeo])\1|^dd/g, (pair) => pair[0]);
  letters = letters[0] + letters.slice(1).replace(/w/g, "");
  letters = letters.replace(/([aeiouy][a-z]*?)[sfrxj]/, "$1");
  return LAST_Y.test(letters) ? `${letters.slice(0, -1)}i` : letters;
}

const soundOf = (plain) => SOUNDS.reduce((rest, [sign, sound]) => rest.replace(sign, sound), plain);

function isOneSlipAway(typed, meant) {
  if (Math.abs(typed.length - meant.length) > 1 || typed === meant) {
    return false;
  }
  let start = 0;
  while (start < typed.length && typed[start] === meant[start]) {
    start += 1;
  }
  const rest = typed.slice(start);
  const other = meant.slice(start);
  if (rest.length !== other.length) {
    return rest.length > other.length ? rest.slice(1) === other : other.slice(1) === rest;
  }
  const isSwapped = rest[0] === other[1] && rest[1] === other[0] && rest.slice(2) === other.slice(2);
  return rest.slice(1) === other.slice(1) || isSwapped;
}

/* ---- search_readings.py ---- */

function rulesOf(parts) {
  const lists = { fillers: [], small: [], synonyms: [], foreign: [] };
  for (const part of parts) {
    for (const [name, rows] of Object.entries(part.words || {})) {
      lists[name].push(...rows);
    }
  }
  const plain = (row) => plainOf(wordsOf(row));
  const small = [].concat(...lists.small.map(wordsOf));
  return {
    fillers: lists.fillers.map(plain),
    small: new Set(small.map(({ marked }) => marked)),
    smallPlain: new Set(plainOf(small)),
    synonyms: lists.synonyms.map(([said, meant]) => [plain(said), wordsOf(meant)]),
    foreign: lists.foreign.map(plain),
  };
}

const isSmall = (rules, { plain, marked }) => rules.small.has(marked)
  || (plain === marked && rules.smallPlain.has(plain));

const standsAt = (spoken, at, phrase) => phrase.every((item, offset) => spoken[at + offset] === item);

function readingsOf(query, index) {
  const typed = wordsOf(query).slice(0, MOST_WORDS);
  if (plainOf(typed).join("").length < 2) {
    return [];
  }
  const decoded = (words) => words.map((item) => withoutKeys(item, index));
  const readings = [{ words: decoded(typed), part: AS_TYPED }];
  for (const words of mended(typed, index)) {
    readings.push({ words: decoded(words), part: MENDED_BLANK });
  }
  for (let next = 0; next < readings.length && readings.length < MOST_READINGS; next += 1) {
    const { words, part } = readings[next];
    for (const other of withSynonyms(words, index.rules)) {
      if (!readings.some((reading) => areSame(reading.words, other))) {
        readings.push({ words: other, part: Math.floor((part * SYNONYM) / 100) });
      }
    }
  }
  return readings.slice(0, MOST_READINGS).map((reading) => finished(reading, index.rules));
}

const areSame = (some, others) => some.length === others.length
  && some.every(({ plain, marked }, at) => plain === others[at].plain && marked === others[at].marked);

function withoutKeys(item, index) {
  if (index.weights.has(item.plain) || item.plain !== item.marked) {
    return item;
  }
  const decoded = withoutTelex(item.plain);
  return index.weights.has(decoded) ? { plain: decoded, marked: decoded } : item;
}

function mended(words, index) {
  const found = [];
  words.forEach(({ plain, marked }, at) => {
    const put = (count, ...parts) => {
      found.push([...words.slice(0, at), ...parts, ...words.slice(at + count)]);
    };
    const other = words[at + 1];
    if (other && index.weights.has(plain + other.plain)) {
      put(2, { plain: plain + other.plain, marked: marked + other.marked });
    }
    for (let cut = 1; !index.weights.has(plain) && cut < plain.length; cut += 1) {
      const parts = [plain.slice(0, cut), plain.slice(cut)];
      if (index.pairs.has(parts.join(" "))) {
        put(1, ...parts.map((part) => ({ plain: part, marked: part })));
      }
    }
  });
  return found;
}

function withSynonyms(words, rules) {
  const spoken = plainOf(words);
  const found = [];
  for (const [said, meant] of rules.synonyms) {
    for (let at = 0; at + said.length <= words.length; at += 1) {
      if (standsAt(spoken, at, said) && !isMeant(spoken, at, said, plainOf(meant))) {
        found.push([...words.slice(0, at), ...meant, ...words.slice(at + said.length)]);
      }
    }
  }
  return found;
}

const isMeant = (spoken, at, said, whole) => whole.some((_, offset) => at >= offset
  && standsAt(whole, offset, said) && standsAt(spoken, at - offset, whole));

function finished({ words, part }, rules) {
  const kept = withoutFillers(words, rules.fillers);
  const spoken = plainOf(kept);
  const foreign = new Map();
  for (const phrase of rules.foreign) {
    spoken.forEach((_, at) => {
      if (standsAt(spoken, at, phrase)) {
        phrase.forEach((__, offset) => foreign.set(at + offset, phrase));
      }
    });
  }
  return { words: kept, part, foreign, slipAt: -1 };
}

function withoutFillers(words, fillers) {
  const spoken = plainOf(words);
  const kept = [];
  for (let at = 0; at < words.length;) {
    const fitting = fillers.filter((phrase) => standsAt(spoken, at, phrase));
    const longest = Math.max(0, ...fitting.map(({ length }) => length));
    if (longest === 0) {
      kept.push(words[at]);
    }
    at += Math.max(longest, 1);
  }
  return kept.length > 0 ? kept : words;
}

/* ---- search.py ---- */

function makeName(text, part) {
  const words = wordsOf(text.split(ASIDE)[0]);
  return { text, part, words, isCode: words.length === 1 && /[0-9]/.test(words[0].plain) };
}

function makeEntry([kind, location, title, short, others, lead, text]) {
  const titles = (short ? [title, short] : [title]).map((name) => makeName(name, SAME));
  const names = titles.concat(others.map((name) => makeName(name, ALIAS)));
  const places = new Map();
  const put = (words, place) => {
    for (const part of words.split("/")) {
      let before = "";
      for (const item of part.split(" ")) {
        for (const key of item ? [item, `${before} ${item}`] : []) {
          places.set(key, Math.max(place, places.get(key) || 0));
        }
        before = item;
      }
    }
  };
  put(text, IN_TEXT);
  put(lead, IN_LEAD);
  others.forEach((name) => put(plainOf(wordsOf(name.split(ASIDE)[1] || "")).join(" "), IN_LEAD));
  names.forEach(({ words }) => put(plainOf(words).join(" "), IN_NAME));
  return { kind, location, title, titles, names, places };
}

/** Four times the logarithm to base two, in whole numbers. */
function rarity(entries, count) {
  const share = Math.floor((8 * Math.max(entries, 1)) / count);
  let left = share ** 4;
  let bits = 0;
  for (; left >= 1; left = Math.floor(left / 2)) {
    bits += 1;
  }
  return bits - 12;
}

const pairWeights = (weights) => weights.slice(1).map((weight, at) => weights[at] + weight);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Make an index of the parts that publish/search_index.py wrote. */
export function makeIndex(parts) {
  const entries = [].concat(...parts.map((part) => part.entries)).map(makeEntry);
  const rules = rulesOf(parts);
  const counts = new Map();
  for (const { places } of entries) {
    for (const key of places.keys()) {
      counts.set(key, (counts.get(key) || 0) + 1);
    }
  }
  const weights = new Map();
  const pairs = new Set();
  counts.forEach((count, key) => {
    if (key.includes(" ")) {
      pairs.add(key);
    } else {
      weights.set(key, rarity(entries.length, count));
    }
  });
  const index = {
    entries, rules, weights, pairs, largestWeight: rarity(entries.length, 1),
    sounds: new Map(Array.from(weights.keys(), (item) => [item, soundOf(item)])),
    bearers: new Map(Array.from(weights.keys(), (item) => [item, []])),
  };
  for (const name of [].concat(...entries.map(({ names }) => names))) {
    name.weights = name.words.map((item) => weightOf(index, item));
    name.pairWeights = pairWeights(name.weights);
    name.words.forEach(({ plain }) => index.bearers.get(plain).push(name));
  }
  return index;
}

function weightOf({ weights, rules }, item) {
  const weight = weights.get(item.plain);
  return weight !== undefined && isSmall(rules, item) ? SMALL_WEIGHT : weight;
}

/** Return [{location, title, kind, score, name}], best first; nothing where nothing is sure. */
export function search(index, query, limit = MAX_RESULTS) {
  const readings = readingsOf(Array.from(query).slice(0, MAX_QUERY).join(""), index);
  const found = new Map();
  answer(index, readings, found, SURE);
  if (Math.max(0, ...Array.from(found.values(), ({ score }) => score)) < CLEAR) {
    const slips = [];
    readings.slice(0, 1).forEach((reading) => reading.words.forEach(({ plain }, slipAt) => {
      if (plain.length > 1 && !reading.words.some((item) => !index.weights.has(item.plain))) {
        slips.push({ ...reading, slipAt });
      }
    }));
    answer(index, slips, found, SURE_SLIP);
  }
  const hits = Array.from(found.entries())
    .sort(([at, some], [place, other]) => other.score - some.score || at - place)
    .map(([, hit]) => hit)
    .filter(({ score }) => score >= SURE);
  return hits.filter(({ score }) => score * 100 >= hits[0].score * NEXT_TO_BEST).slice(0, limit);
}

function answer(index, readings, found, sure) {
  for (const reading of readings) {
    const typed = prepare(index, reading);
    index.entries.forEach((entry, number) => {
      const [score, name] = scoreOf(typed, entry);
      if (score >= sure && score > (found.has(number) ? found.get(number).score : 0)) {
        const { location, title, kind } = entry;
        found.set(number, { location, title, kind, score, name });
      }
    });
  }
}

function prepare(index, reading) {
  const alike = reading.words.map((_, at) => candidates(index, reading, at));
  const weights = reading.words.map((item, at) => {
    const known = weightOf(index, item);
    if (reading.foreign.has(at)) {
      return index.largestWeight;
    }
    if (known !== undefined) {
      return known;
    }
    const meant = Array.from(alike[at].keys(), (key) => index.weights.get(key));
    return meant.length > 0 ? Math.max(...meant)
      : Math.floor((index.largestWeight * UNKNOWN) / 100);
  });
  const pairs = alike.slice(1).map((after, at) => {
    const keys = new Map();
    alike[at].forEach((percent, first) => after.forEach((other, second) => {
      if (index.pairs.has(`${first} ${second}`)) {
        keys.set(`${first} ${second}`, Math.min(percent, other));
      }
    }));
    return keys;
  });
  const touched = new Set();
  alike.forEach((words) => words.forEach((_, item) => {
    index.bearers.get(item).forEach((name) => touched.add(name));
  }));
  return { reading, alike, pairs, weights, pairWeights: pairWeights(weights), touched };
}

function candidates(index, { words, slipAt }, at) {
  const typed = words[at].plain;
  const isKnown = index.weights.has(typed);
  const found = new Map();
  if (!isKnown || slipAt === at) {
    const sound = soundOf(typed);
    index.sounds.forEach((itsSound, item) => {
      if (isKnown && index.rules.smallPlain.has(item)) {
        return;
      }
      if (typed.length + item.length >= SLIP_LETTERS && isOneSlipAway(typed, item)) {
        found.set(item, isKnown ? SLIP_INTO_A_WORD : SLIP);
      }
      if (typed.length > 1 && itsSound === sound) {
        found.set(item, isKnown ? SLIP_INTO_A_WORD : SOUNDS_ALIKE);
      }
    });
  }
  if (at === words.length - 1 && slipAt < 0) {
    const begins = isKnown ? BEGINS_THOUGH_KNOWN : BEGINS;
    for (const item of index.weights.keys()) {
      if (item.startsWith(typed)) {
        found.set(item, Math.max(begins, found.get(item) || 0));
      }
    }
  }
  if (isKnown) {
    found.set(typed, SAME);
  }
  return found;
}

function scoreOf(typed, entry) {
  const [alike, pairs] = allowed(typed, entry);
  const wordsFound = share(alike, typed.weights, entry.places);
  if (wordsFound === 0) {
    return [0, ""];
  }
  const pairsFound = pairs.length > 0 ? share(pairs, typed.pairWeights, entry.places) : wordsFound;
  let best = 0;
  let bestName = entry.title;
  let bestTitle = 0;
  entry.names.forEach((name, at) => {
    if (!typed.touched.has(name)) {
      return;
    }
    const agreement = Math.floor((agree(typed, alike, name) * name.part) / 100);
    if (agreement > best) {
      best = agreement;
      bestName = name.text;
    }
    if (at < entry.titles.length) {
      bestTitle = Math.max(bestTitle, agreement);
    }
  });
  if (best < SURE_NAME) {
    return [0, ""];
  }
  const total = Math.floor((bestTitle * TITLE_PART + best * NAME_PART
    + wordsFound * WORDS_PART + pairsFound * PAIRS_PART) / 100);
  const score = Math.floor((total * typed.reading.part) / 100);
  return [entry.kind === PLACE && score < SURE_PLACE ? 0 : score, bestName];
}

function allowed({ reading, alike, pairs }, { names }) {
  const taken = new Set();
  const spoken = plainOf(reading.words);
  reading.foreign.forEach((phrase, position) => {
    const isCalledSo = names.some(({ words }) => {
      const called = plainOf(words);
      return called.some((_, at) => standsAt(called, at, phrase))
        && called.every((item) => spoken.includes(item));
    });
    if (!isCalledSo) {
      taken.add(position);
    }
  });
  if (taken.size === 0) {
    return [alike, pairs];
  }
  const none = new Map();
  return [
    alike.map((words, at) => (taken.has(at) ? none : words)),
    pairs.map((keys, at) => (taken.has(at) || taken.has(at + 1) ? none : keys)),
  ];
}

function agree({ reading, weights, pairWeights: typedPairWeights }, alike, name) {
  const typedWords = alike.map(() => 0);
  const nameWords = name.words.map(() => 0);
  const typedPairs = typedPairWeights.map(() => 0);
  const namePairs = name.pairWeights.map(() => 0);
  const percentOf = (at, { plain, marked }) => {
    const percent = alike[at].get(plain) || 0;
    const typed = reading.words[at];
    if (percent < SAME || typed.marked === marked) {
      return percent;
    }
    return typed.marked === typed.plain ? SAME_BUT_UNMARKED : SAME_BUT_OTHER_MARKS;
  };
  name.words.forEach((item, there) => {
    for (let at = 0; at < alike.length; at += 1) {
      if (alike[at].has(item.plain)) {
        const percent = percentOf(at, item);
        typedWords[at] = Math.max(typedWords[at], percent);
        nameWords[there] = Math.max(nameWords[there], percent);
        if (at < typedPairs.length && there < namePairs.length) {
          const both = Math.min(percent, percentOf(at + 1, name.words[there + 1]));
          typedPairs[at] = Math.max(typedPairs[at], both);
          namePairs[there] = Math.max(namePairs[there], both);
        }
      }
    }
  });
  let alikeness = dice(typedWords, weights, nameWords, name.weights);
  if (typedPairs.length > 0 || namePairs.length > 0) {
    const pairs = dice(typedPairs, typedPairWeights, namePairs, name.pairWeights);
    alikeness = Math.floor((alikeness + pairs) / 2);
  }
  let held = dice([], [], nameWords, name.weights);
  if (namePairs.length > 0) {
    held = Math.floor((held + dice([], [], namePairs, name.pairWeights)) / 2);
  }
  if (held >= WHOLE && (namePairs.length > 0 || name.isCode)) {
    const part = HOLDS_NAME + HOLDS_MORE * Math.min(Math.max(namePairs.length - 1, 0), 3);
    alikeness += Math.floor(((1000 - alikeness) * part) / 100);
  }
  return alikeness;
}

function share(alike, weights, places) {
  const held = sum(alike.map((keys, at) => {
    let best = 0;
    keys.forEach((percent, key) => {
      best = Math.max(best, percent * (places.get(key) || 0));
    });
    return best * weights[at];
  }));
  return Math.floor(held / (10 * Math.max(sum(weights), 1)));
}

function dice(typed, typedWeights, name, weights) {
  const shared = sum(typed.map((percent, at) => percent * typedWeights[at]))
    + sum(name.map((percent, at) => percent * weights[at]));
  return Math.floor((shared * 10) / Math.max(sum(typedWeights) + sum(weights), 1));
}
