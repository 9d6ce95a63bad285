"""Packaged search engines over the same pages: each ranks the entries, and its own score is its confidence."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping

from kb.ask.fields import names, texts
from kb.ask.terms import plain
from kb.entry import Entry

Ranking = list[tuple[str, float]]  # entry ids with scores, best first
Engine = Callable[[str], Ranking]
_TOP = 10


def documents(pages: Mapping[str, Entry]) -> dict[str, str]:
    """What each engine is given: the names three times, then everything else, simplified and in lower case."""
    found = {}
    for name, page in pages.items():
        parts = texts(page)
        said = "\n".join([*names(page)] * 3 + [parts[key] for key in ("summary", "errors", "asked", "said", "body")])
        found[name] = plain(said).casefold()
    return found


def words(text: str) -> list[str]:
    """English words, and Chinese in pairs: what the engines without an analyser of their own are given."""
    found = []
    for part in re.findall(r"[a-z0-9_]+|[\u4e00-\u9fff]+", plain(text).casefold()):
        found += [part] if part.isascii() or len(part) == 1 else [part[i : i + 2] for i in range(len(part) - 1)]
    return found


def fts5(pages: Mapping[str, Entry]) -> Engine:
    """SQLite's full-text search with its trigram tokenizer; names, summary and the rest as weighted columns."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE page USING fts5(id UNINDEXED, names, summary, rest, tokenize='trigram')")
    for name, page in pages.items():
        parts = texts(page)
        rest = "\n".join(parts[key] for key in ("errors", "asked", "said", "body"))
        row = (name, "\n".join(names(page)), parts["summary"], rest)
        base.execute("INSERT INTO page VALUES (?, ?, ?, ?)", [plain(one).casefold() for one in row])

    def ask(question: str) -> Ranking:
        text = plain(question).casefold()
        grams = {one[i : i + 3] for one in re.findall(r"[\w]+", text) for i in range(len(one) - 2)}
        if not grams:
            return []
        query = " OR ".join('"' + gram + '"' for gram in sorted(grams))
        rows = base.execute(
            "SELECT id, bm25(page, 0, 4, 2, 1) FROM page WHERE page MATCH ? ORDER BY 2 LIMIT ?", (query, _TOP)
        )
        return [(name, -score) for name, score in rows]

    return ask


def bm25s_pairs(pages: Mapping[str, Entry]) -> Engine:
    """bm25s over words and Chinese pairs."""
    return _bm25s(pages, words)


def jieba_bm25(pages: Mapping[str, Entry]) -> Engine:
    """BM25 (bm25s) over the words jieba cuts."""
    import jieba

    jieba.setLogLevel(60)
    return _bm25s(pages, lambda text: [one for one in jieba.cut_for_search(plain(text).casefold()) if one.strip()])


def _bm25s(pages: Mapping[str, Entry], cut: Callable[[str], list[str]]) -> Engine:
    import bm25s

    texts_of = documents(pages)
    ids = list(texts_of)
    engine = bm25s.BM25()
    engine.index([cut(text) for text in texts_of.values()], show_progress=False)

    def ask(question: str) -> Ranking:
        asked = [one for one in cut(question) if one in engine.vocab_dict]
        if not asked:
            return []
        found, scores = engine.retrieve([asked], k=_TOP, show_progress=False)
        return [(ids[i], float(score)) for i, score in zip(found[0], scores[0], strict=True)]

    return ask


def tantivy_ngrams(pages: Mapping[str, Entry]) -> Engine:
    """tantivy with n-grams of two and three characters."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="grams", index_option="freq")
    engine = tantivy.Index(builder.build())
    analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(2, 3)).filter(tantivy.Filter.lowercase()).build()
    engine.register_tokenizer("grams", analyser)
    writer = engine.writer(heap_size=50_000_000, num_threads=1)
    for name, text in documents(pages).items():
        writer.add_document(tantivy.Document(id=name, text=text))
    writer.commit()
    engine.reload()
    searcher, schema = engine.searcher(), engine.schema

    def ask(question: str) -> Ranking:
        grams = sorted(set(analyser.analyze(plain(question))))[:1000]
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", gram, index_option="freq"))
            for gram in grams
        ]
        if not terms:
            return []
        hits = searcher.search(tantivy.Query.boolean_query(terms), _TOP).hits
        return [(searcher.doc(place)["id"][0], score) for score, place in hits]

    return ask


def rapidfuzz_names(pages: Mapping[str, Entry]) -> Engine:
    """rapidfuzz's WRatio against every name."""
    from rapidfuzz import fuzz, process

    known = [(plain(name).casefold(), page.id) for page in pages.values() for name in names(page)]
    keys = [name for name, _ in known]

    def ask(question: str) -> Ranking:
        best: dict[str, float] = {}
        for _, score, i in process.extract(plain(question).casefold(), keys, scorer=fuzz.WRatio, limit=50):
            best.setdefault(known[i][1], score)
        return list(best.items())[:_TOP]

    return ask


def character_tfidf(pages: Mapping[str, Entry]) -> Engine:
    """scikit-learn's TF-IDF over pieces of two to four characters within words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts_of = documents(pages)
    ids = list(texts_of)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts_of.values())

    def ask(question: str) -> Ranking:
        scores = (matrix @ vectorizer.transform([plain(question).casefold()]).T).toarray()[:, 0]
        return [(ids[i], float(scores[i])) for i in scores.argsort()[::-1][:_TOP] if scores[i] > 0]

    return ask


PEERS = {
    "SQLite FTS5 trigram": fts5,
    "bm25s, words and pairs": bm25s_pairs,
    "tantivy, n-grams 2-3": tantivy_ngrams,
    "rapidfuzz WRatio on names": rapidfuzz_names,
    "character TF-IDF (scikit-learn)": character_tfidf,
    "jieba + BM25": jieba_bm25,
}
