/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/bpe.h"

/* Neighbours form a list; a symbol that was merged into its left neighbour is dead. */
typedef struct
{
  guint32 id;
  gboolean dead;
  gssize previous, next; /* -1 at the ends */
} Symbol;

/* A merge that was possible when it was queued: checked again when its turn comes. */
typedef struct
{
  guint32 rank;
  gsize position; /* of the left symbol */
  guint32 id;     /* what the two become */
} Candidate;

typedef struct
{
  /* Owned */
  Symbol *symbols;
  GArray *heap; /* of Candidate, lowest first */

  /* Borrowed */
  const SfVocabulary *vocabulary;
} Word;

static gboolean
comes_before (const Candidate *a, const Candidate *b)
{
  return a->rank != b->rank ? a->rank < b->rank : a->position < b->position;
}

static void
heap_push (GArray *heap, Candidate candidate)
{
  g_array_append_val (heap, candidate);
  Candidate *items = (Candidate *)heap->data;
  gsize i = heap->len - 1;
  for (; i > 0 && comes_before (&candidate, &items[(i - 1) / 2]); i = (i - 1) / 2)
    items[i] = items[(i - 1) / 2];
  items[i] = candidate;
}

static Candidate
heap_pop (GArray *heap)
{
  Candidate *items = (Candidate *)heap->data;
  Candidate top = items[0], last = items[heap->len - 1];
  gsize i = 0, n = heap->len - 1;
  for (gsize child; (child = 2 * i + 1) < n; i = child)
    {
      if (child + 1 < n && comes_before (&items[child + 1], &items[child]))
        child++;
      if (!comes_before (&items[child], &last))
        break;
      items[i] = items[child];
    }
  items[i] = last;
  g_array_set_size (heap, (guint)n);
  return top;
}

/* Fills in what the symbol at position and the one after it would become. */
static gboolean
find_candidate (const Word *word, gssize position, Candidate *candidate)
{
  const Symbol *left = &word->symbols[position];
  if (left->dead || left->next < 0)
    return FALSE;
  candidate->position = (gsize)position;
  return sf_vocabulary_find_merge (word->vocabulary, left->id, word->symbols[left->next].id,
                                   &candidate->rank, &candidate->id);
}

static void
queue (Word *word, gssize position)
{
  Candidate candidate;
  if (position >= 0 && find_candidate (word, position, &candidate))
    heap_push (word->heap, candidate);
}

static void
apply (Word *word, const Candidate *candidate)
{
  Candidate now;
  if (!find_candidate (word, (gssize)candidate->position, &now) || now.id != candidate->id)
    return;
  Symbol *left = &word->symbols[candidate->position];
  Symbol *right = &word->symbols[left->next];
  right->dead = TRUE;
  left->id = candidate->id;
  left->next = right->next;
  if (left->next >= 0)
    word->symbols[left->next].previous = (gssize)candidate->position;
  queue (word, left->previous);
  queue (word, (gssize)candidate->position);
}

static void
word_init (Word *word, const char *bytes, gsize length, guint32 unknown)
{
  for (gsize i = 0; i < length; i++)
    {
      Symbol *symbol = &word->symbols[i];
      gboolean last = i + 1 == length;
      *symbol = (Symbol){ .previous = (gssize)i - 1, .next = last ? -1 : (gssize)i + 1 };
      if (!sf_vocabulary_find_byte (word->vocabulary, (guint8)bytes[i], last, &symbol->id))
        symbol->id = unknown;
    }
  for (gsize i = 0; i < length; i++)
    queue (word, (gssize)i);
}

void
sf_bpe_encode (const SfVocabulary *vocabulary, const char *word, gsize length, guint32 unknown,
               GArray *ids)
{
  if (length == 0)
    return;
  g_autofree Symbol *symbols = g_new (Symbol, length);
  g_autoptr (GArray) heap = g_array_new (FALSE, FALSE, sizeof (Candidate));
  Word state = { symbols, heap, vocabulary };
  word_init (&state, word, length, unknown);
  while (heap->len > 0)
    {
      Candidate candidate = heap_pop (heap);
      apply (&state, &candidate);
    }
  for (gssize i = 0; i >= 0; i = symbols[i].next)
    g_array_append_val (ids, symbols[i].id);
}
