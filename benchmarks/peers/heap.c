/* The floor of an event list: push and pop of one 64-bit key on a heap, four keys below each. */

#include <stdint.h>

/* Take the earliest of `pending` keys and put it back later, `turns` times over.
 * `gaps` holds a power of two of times to add, of which `mask` is the last place. */
int64_t hold(int64_t *heap, int64_t pending, const int64_t *gaps, int64_t mask, int64_t turns)
{
    for (int64_t turn = 0; turn < turns; turn++) {
        /* Pop: the last key takes the place of the first and sinks. */
        int64_t earliest = heap[0];
        int64_t size = pending - 1;
        int64_t key = heap[size];
        int64_t place = 0;
        for (;;) {
            int64_t below = 4 * place + 1;
            if (below >= size)
                break;
            int64_t end = below + 4 < size ? below + 4 : size;
            int64_t least = below;
            for (int64_t other = below + 1; other < end; other++)
                if (heap[other] < heap[least])
                    least = other;
            if (heap[least] >= key)
                break;
            heap[place] = heap[least];
            place = least;
        }
        heap[place] = key;
        /* Push. */
        key = earliest + gaps[turn & mask];
        place = size;
        while (place > 0) {
            int64_t above = (place - 1) / 4;
            if (heap[above] <= key)
                break;
            heap[place] = heap[above];
            place = above;
        }
        heap[place] = key;
    }
    return heap[0];
}
