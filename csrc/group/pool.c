/* pool.c - threads that share the items of a job.  The caller works, too; the others sleep between jobs.
 *
 * Whoever is free takes the next item, so one that takes long keeps nobody waiting.  Items take some tens of microseconds at
 * the least: one lock guards everything. */
#include "group/threads.h"

#include <stdlib.h>

#include "group/group.h"

#define AWAKE 200           /* microseconds: a processor that sleeps may take as long to be woken as an item to be done */

typedef struct pool_worker {
    md_pool *pool;
    uint8_t *scratch;
    os_thread thread;
} pool_worker;

struct md_pool {
    os_lock lock;
    os_condition wake;          /* there is work, or the end */
    os_condition done;          /* the last item is done */
    pool_work *work;
    void *job;
    int32_t next, count;        /* items: next..count - 1 are still to be taken */
    int32_t busy;               /* items that are being worked on by workers */
    int32_t workers;            /* threads beside the caller's */
    int32_t started;
    int32_t stop;
    long process;               /* in which they were started: a child of fork() has none of them */
    uint8_t *scratch;           /* the caller's */
    pool_worker worker[];
};

static int is_idle(const md_pool *pool) { return !pool->stop && pool->next >= pool->count; }
static int is_busy(const md_pool *pool) { return pool->busy > 0; }

/* With the lock taken.  Other threads that are ready go first even while this one stays awake. */
static void wait_while(md_pool *pool, int (*holds)(const md_pool *), os_condition *change)
{
    for (int64_t end = clock_microseconds() + AWAKE; holds(pool) && clock_microseconds() < end;) {
        lock_leave(&pool->lock);
        thread_yield();
        lock_take(&pool->lock);
    }
    while (holds(pool))
        condition_wait(change, &pool->lock);
}

THREAD_FUNCTION(run_worker, argument)
{
    pool_worker *worker = argument;
    md_pool *pool = worker->pool;
    lock_take(&pool->lock);
    for (;;) {
        wait_while(pool, is_idle, &pool->wake);
        if (pool->stop)
            break;
        int32_t item = pool->next++;
        pool->busy++;
        lock_leave(&pool->lock);
        pool->work(pool->job, item, worker->scratch);
        lock_take(&pool->lock);
        pool->busy--;
        if (pool->busy == 0 && pool->next >= pool->count)
            condition_wake_all(&pool->done);
    }
    lock_leave(&pool->lock);
    THREAD_END;
}

/* Fewer threads than asked for, if the system gives no more: the results are the same. */
static void start(md_pool *pool)
{
    lock_init(&pool->lock);
    condition_init(&pool->wake);
    condition_init(&pool->done);
    pool->next = pool->count = pool->busy = pool->started = 0;
    pool->process = process_number();
    while (pool->started < pool->workers) {
        pool_worker *worker = &pool->worker[pool->started];
        if (!thread_start(&worker->thread, run_worker, worker))
            break;
        pool->started++;
    }
}

md_pool *md_pool_new(int32_t threads)
{
    int32_t workers = threads < 1 ? 0 : threads - 1;
    md_pool *pool = calloc(1, sizeof *pool + (size_t)workers * sizeof *pool->worker);
    if (!pool)
        return NULL;
    pool->process = -1;
    pool->scratch = calloc((size_t)workers + 1, POOL_SCRATCH);
    if (!pool->scratch) {
        free(pool);
        return NULL;
    }
    pool->workers = workers;
    for (int32_t i = 0; i < workers; i++) {
        pool->worker[i].pool = pool;
        pool->worker[i].scratch = pool->scratch + (size_t)(i + 1) * POOL_SCRATCH;
    }
    return pool;
}

void md_pool_free(md_pool *pool)
{
    if (!pool)
        return;
    if (pool->process == process_number()) {
        lock_take(&pool->lock);
        pool->stop = 1;
        condition_wake_all(&pool->wake);
        lock_leave(&pool->lock);
        for (int32_t i = 0; i < pool->started; i++)
            thread_join(pool->worker[i].thread);
        condition_free(&pool->wake);
        condition_free(&pool->done);
        lock_free(&pool->lock);
    }
    free(pool->scratch);
    free(pool);
}

void pool_run(md_pool *pool, pool_work *work, void *job, int32_t count)
{
    if (pool->workers == 0 || count <= 1) {
        for (int32_t item = 0; item < count; item++)
            work(job, item, pool->scratch);
        return;
    }
    if (pool->process != process_number())
        start(pool);
    lock_take(&pool->lock);
    pool->work = work;
    pool->job = job;
    pool->next = 0;
    pool->count = count;
    condition_wake_all(&pool->wake);
    while (pool->next < pool->count) {
        int32_t item = pool->next++;
        lock_leave(&pool->lock);
        work(job, item, pool->scratch);
        lock_take(&pool->lock);
    }
    wait_while(pool, is_busy, &pool->done);
    lock_leave(&pool->lock);
}
