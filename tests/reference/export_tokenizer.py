#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/fixtures/tokenizer.json: texts and their ids by transformers' CLIPTokenizer, for the
standard vocabulary and for the small one in tests/fixtures/tokenizer/, which it writes too.

Needs transformers. Reads data/tokenizer/merges.txt and nothing from the network:

    python3 tests/reference/export_tokenizer.py
"""
import json
import pathlib

from transformers import CLIPTokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
SPECIALS = ["<|startoftext|>", "<|endoftext|>"]

PROMPTS = [
    "a photo of a cat",
    "a red boat on a calm sea at sunset",
    "portrait of an old fisherman, weathered face, soft window light, 85mm, shallow depth of field",
    "masterpiece, best quality, 1girl, solo, long hair, looking at viewer",
    "lowres, bad anatomy, bad hands, text, error, missing fingers, extra digit, fewer digits, cropped",
    "an isometric drawing of a small village in winter, pencil and watercolour",
    "steam locomotive crossing a stone viaduct",
    "((masterpiece)), (best quality:1.2), [blurry], <lora:style:0.8>",
    "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
    "cat BREAK dog AND bird :1.2",
    "[a|b] [from:to:0.5]",
    "oil painting by vermeer of a girl reading a letter",
    "highly detailed digital art trending on artstation 8k uhd",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "floccinaucinihilipilification",
    "qzxv wkjh xxyyzz",
]
PUNCTUATION = [
    ",", ".", "!", "?", ",,", ", ,", "...", "!!!", "?!", "a,b", "a , b", "a,", ",a", "-", "--", "---",
    "well-known", "a_b", "snake_case_name", "a/b", "a\\b", "a|b", "#tag", "@name", "50%", "$5", "a&b",
    "(a)", "((a))", "[a]", "{a}", "<a>", "\"quoted\"", "'quoted'", "`code`", "~", "^", "*", "+", "=",
    ":", ";", "http://example.org/x?y=1&z=2", "a@b.org", "!@#$%^&*()_+", "\\(literal\\)", "a.b.c",
    "|||", "<|", "|>", "<||>", "</w>", "a</w>", "Ġ", "Ġa",
]
CONTRACTIONS = [
    "don't", "it's", "we're", "I've", "I'm", "they'll", "he'd", "DON'T", "IT'S", "rock 'n' roll",
    "'s", "'t", "'tis", "'sun", "'reality", "'''s", "a's b't c're", "o'clock", "y'all'd've",
    "don’t it’s", "'ll'd'm", "'", "''", "' s", "'S", "'x",
]
DIGITS = [
    "1", "12", "123", "2024", "1234567890", "3.14", "1,000", "4k", "8K uhd", "1girl", "a1b2c3", "x2",
    "½", "²", "x²", "Ⅷ", "Ⓐⓐ", "٣٤", "１２３", "①②", "16:9", "-5", "1e10",
]
ACCENTS = [
    "café", "cafe\u0301", "naïve façade", "Ångström", "A\u030angstro\u0308m", "über", "ÜBER", "ÉCOLE",
    "straße", "STRASSE", "ẞ", "İstanbul", "ıI", "Æsir œuvre", "ñandú", "žluťoučký kůň", "ΑΒΓ ΣΑΣ",
    "σας", "Москва", "ЁЛКА", "e\u0301\u0302", "\u0301", "a \u0301b", "ﬁne ﬂow", "ǅ", "ſ", "K", "Å",
    "\u1e9b\u0323", "\u0344",
]
SCRIPTS = [
    "猫", "黑色的猫坐在窗边", "富士山の夕焼け", "カタカナ ｶﾀｶﾅ", "고양이", "\u1100\u1161\u11a8", "한국어 문장",
    "Ｆｕｌｌｗｉｄｔｈ", "القط الأسود", "חתול שחור", "แมวดำ", "काली बिल्ली", "တောင်", "ქართული", "հայերեն",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𐐀𐐨", "𝅗𝅥",
]
SYMBOLS = [
    "🐱", "🐱🐶", "a 🐱 b", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "☃", "☃️", "★☆", "→", "∑∫", "“quotes”", "a—b",
    "a…b", "™®©", "€", "\ufffd", "\ue000", "\U0010ffff", "\u2764\u200d\U0001f525",
]
SPACE = [
    "", " ", "   ", "\n", "\t", "\r\n", " a", "a ", "  a   b  ", "a\nb", "a\tb", "a\r\n\r\nb", "a\u00a0b",
    "a\u3000b", "a\u2003b", "a\u2028b", "a\u0085b", "a\x0bb", "a\x0cb", "a\x1cb", "a\u200bb",
    "a\ufeffb", "a\u180eb", "a\u00adb", "\x01\x7f\x80", "a\u1680b\u205fc",
]
SPECIAL = [
    "<|endoftext|>", "<|startoftext|>", "a <|endoftext|> b", "a<|endoftext|>b", "<|endoftext|>,",
    "<|ENDOFTEXT|>", "a <|ENDOFTEXT|>!! b", "!!<|StartOfText|>", "<|endoftext|", "<|<|endoftext|>|>",
    "<|endoftext|><|startoftext|>", "e<|endoftext|>\u0301", "<start_of_text>",
]
LONG = [
    "a very long prompt, " * 12,
    ", ".join(f"thing number {i}" for i in range(40)),
    "word " * 200,
    "x" * 300,
    "ab" * 200,
    "!" * 150,
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
    "1234567890" * 10,
    "猫" * 60,
]
CASE = ["A PHOTO OF A CAT", "A Photo Of A Cat", "aBcDeF", "iPhone", "McDonald", "NASA", "ｆＵＬＬ"]
TEXTS = (PROMPTS + PUNCTUATION + CONTRACTIONS + DIGITS + ACCENTS + SCRIPTS + SYMBOLS + SPACE + SPECIAL
         + LONG + CASE)

SMALL_MERGES = ["t h", "th e</w>", "c a", "ca t</w>", "a t</w>", "a a", "aa a", "a a</w>", "b o",
                "bo a", "boa t</w>", "boa t", "boat s</w>", "Ã ©</w>", "o a", "oa t</w>"]
SMALL_TEXTS = ["the cat", "boats", "boat", "oat at", "aaaaaaa", "aaaa", "café", "the £ cat", "§§", "zebra",
               "Boats, the", "1 2", "<|endoftext|> the", "", "caé", "a quiet zoo?"]


def alphabet():
    """The 256 bytes as CLIP spells them, those that print first."""
    prints = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in prints]
    return [chr(b) for b in prints] + [chr(0x100 + i) for i in range(len(others))]


def read_merges():
    lines = (ROOT / "data/tokenizer/merges.txt").read_text(encoding="utf-8").split("\n")
    return [tuple(line.split(" ")) for line in lines[1:] if line]


def standard():
    merges = read_merges()
    tokens = alphabet()
    tokens += [t + "</w>" for t in tokens]
    tokens += ["".join(m) for m in merges] + SPECIALS
    assert len(set(tokens)) == len(tokens) == 49408
    return CLIPTokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=merges)


def small():
    """A vocabulary with gaps, its specials first, that lacks q, z and most bytes."""
    letters = [c for c in "abcdefghijklmnopqrstuvwxyz,<|>?" if c not in "qz"] + ["Ã", "©", "Â", "§"]
    merges = [tuple(m.split(" ")) for m in SMALL_MERGES]
    tokens = SPECIALS[::-1] + letters + [c + "</w>" for c in letters if c != "§"]
    tokens += ["".join(m) for m in merges if "".join(m) not in tokens]
    vocab = {t: 3 * i + 1 for i, t in enumerate(dict.fromkeys(tokens))}
    folder = FIXTURES / "tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocab, indent=1) + "\n", encoding="utf-8")
    lines = ["#version: 0.2"] + [" ".join(m) for m in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return CLIPTokenizer(vocab=vocab, merges=merges)


def encode(tokenizer, texts):
    return [{"text": t, "ids": tokenizer(t, add_special_tokens=False).input_ids} for t in texts]


def main():
    cases = {"clip": encode(standard(), TEXTS), "small": encode(small(), SMALL_TEXTS)}
    lines = [f'"{name}": [\n' + ",\n".join(json.dumps(c) for c in items) + "\n]"
             for name, items in cases.items()]
    (FIXTURES / "tokenizer.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print({name: len(items) for name, items in cases.items()})


if __name__ == "__main__":
    main()
