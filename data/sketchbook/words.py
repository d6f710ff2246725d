# SPDX-License-Identifier: GPL-3.0-or-later
"""A small byte-pair vocabulary in CLIP's file format, learned from the full world's captions.

The scheme is that of Sennrich, Haddow and Birch (2016), with CLIP's alphabet of
printable bytes and its mark </w> for the end of a word.
"""

import collections
import json
import re

import numpy as np

from world import captions, compose, worlds

START, END = "<|startoftext|>", "<|endoftext|>"


def alphabet():
    """One printable character for each of the 256 bytes, as GPT-2 and CLIP assign them."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [b for b in range(256) if b not in kept]
    return [chr(b) for b in kept] + [chr(256 + i) for i in range(len(moved))]


def _counts(world, captions_read):
    """How often each word and sign stands in so many captions."""
    rng = np.random.default_rng(77)
    counts = collections.Counter()
    for _ in range(captions_read):
        text = captions.write(rng, compose.choose(rng, world))
        counts.update(re.findall(r"[a-z]+|[^\sa-z]+", text.lower()))
    return counts


def known(world, captions_read=20000):
    """The words that a model of this world has met often enough to know."""
    return sorted(word for word, n in _counts(world, captions_read).items() if word.isalpha() and n >= 20)


def _join(word, pair):
    out, i = [], 0
    while i < len(word):
        if word[i:i + 2] == pair:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


def learn(captions_read=20000, most=1500):
    """Merges until every word is one token, or `most` of them."""
    counts, merges = _counts(worlds.FULL, captions_read), []
    words = {tuple(word[:-1]) + (word[-1] + "</w>",): n for word, n in counts.items()}
    while len(merges) < most:
        pairs = collections.Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(best)
        words = {_join(word, best): n for word, n in words.items()}
    return merges


def save(folder, merges):
    """Writes vocab.json, merges.txt and the two configuration files of a CLIP tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = alphabet()
    tokens = letters + [c + "</w>" for c in letters] + ["".join(p) for p in merges] + [START, END]
    vocab = {token: i for i, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = ["#version: 0.2"] + [" ".join(p) for p in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    config = dict(special, tokenizer_class="CLIPTokenizer", model_max_length=77, do_lower_case=True,
                  add_prefix_space=False, errors="replace")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    return vocab
