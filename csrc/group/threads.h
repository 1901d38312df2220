/* threads.h - threads, a lock and a condition, as POSIX or Windows have them.  C11's own <threads.h> is missing in too many
 * C libraries. */
#ifndef MEGADRIVE_GROUP_THREADS_H
#define MEGADRIVE_GROUP_THREADS_H

#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L         /* this file is included before any other */
#endif

#include <stdint.h>

#define THREAD_STACK (4u << 20)         /* bytes; some systems give a thread 128 KiB only */

#ifdef _WIN32

#define WIN32_LEAN_AND_MEAN
#include <process.h>
#include <windows.h>

typedef HANDLE os_thread;
typedef CRITICAL_SECTION os_lock;
typedef CONDITION_VARIABLE os_condition;
#define THREAD_FUNCTION(name, argument) static unsigned __stdcall name(void *argument)
#define THREAD_END return 0

static inline void lock_init(os_lock *lock) { InitializeCriticalSection(lock); }
static inline void lock_free(os_lock *lock) { DeleteCriticalSection(lock); }
static inline void lock_take(os_lock *lock) { EnterCriticalSection(lock); }
static inline void lock_leave(os_lock *lock) { LeaveCriticalSection(lock); }
static inline void condition_init(os_condition *condition) { InitializeConditionVariable(condition); }
static inline void condition_free(os_condition *condition) { (void)condition; }
static inline void condition_wait(os_condition *condition, os_lock *lock) { SleepConditionVariableCS(condition, lock, INFINITE); }
static inline void condition_wake_all(os_condition *condition) { WakeAllConditionVariable(condition); }
static inline int thread_start(os_thread *thread, unsigned(__stdcall *function)(void *), void *argument)
{
    *thread = (HANDLE)_beginthreadex(NULL, THREAD_STACK, function, argument, 0, NULL);
    return *thread != NULL;
}
static inline void thread_join(os_thread thread)
{
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}
static inline void thread_yield(void) { SwitchToThread(); }
static inline int64_t clock_microseconds(void)
{
    LARGE_INTEGER now, each_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&each_second);
    return now.QuadPart / each_second.QuadPart * 1000000 + now.QuadPart % each_second.QuadPart * 1000000 / each_second.QuadPart;
}
static inline long process_number(void) { return 0; } /* no fork() */

#else

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

typedef pthread_t os_thread;
typedef pthread_mutex_t os_lock;
typedef pthread_cond_t os_condition;
#define THREAD_FUNCTION(name, argument) static void *name(void *argument)
#define THREAD_END return NULL

static inline void lock_init(os_lock *lock) { pthread_mutex_init(lock, NULL); }
static inline void lock_free(os_lock *lock) { pthread_mutex_destroy(lock); }
static inline void lock_take(os_lock *lock) { pthread_mutex_lock(lock); }
static inline void lock_leave(os_lock *lock) { pthread_mutex_unlock(lock); }
static inline void condition_init(os_condition *condition) { pthread_cond_init(condition, NULL); }
static inline void condition_free(os_condition *condition) { pthread_cond_destroy(condition); }
static inline void condition_wait(os_condition *condition, os_lock *lock) { pthread_cond_wait(condition, lock); }
static inline void condition_wake_all(os_condition *condition) { pthread_cond_broadcast(condition); }

/* The thread takes no signals: they belong to the interpreter's threads. */
static inline int thread_start(os_thread *thread, void *(*function)(void *), void *argument)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return 0;
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int started = pthread_create(thread, &attributes, function, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}
static inline void thread_join(os_thread thread) { pthread_join(thread, NULL); }
static inline void thread_yield(void) { sched_yield(); }
static inline int64_t clock_microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
static inline long process_number(void) { return (long)getpid(); }

#endif
#endif
