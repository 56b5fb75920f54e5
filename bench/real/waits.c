/*
 * Waits until an instant of a clock that libfaketime 0.9.10 leaves alone (sem_clockwait, pthread_cond_clockwait) or
 * gets wrong at a rate (sem_timedwait, which multiplies where it must divide). Preloaded before it; the rate stands in
 * CARBONBENCH_RATE.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

static const long SECOND = 1000000000L;

static void *of_libc(const char *name)
{
    static void *libc;
    if (!libc) libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    return dlsym(libc, name);
}

static struct timespec on_the_wall(clockid_t clock, const struct timespec *until)
{
    static int (*host)(clockid_t, struct timespec *);
    static double rate;
    struct timespec faked, now;
    if (!host) {
        const char *told = getenv("CARBONBENCH_RATE");
        rate = told ? atof(told) : 1;
        host = (int (*)(clockid_t, struct timespec *))of_libc("clock_gettime");
    }
    clock_gettime(clock, &faked);
    host(clock, &now);
    double left = (until->tv_sec - faked.tv_sec + (until->tv_nsec - faked.tv_nsec) / (double)SECOND) / rate;
    long nsec = left > 0 ? now.tv_nsec + (long)((left - (time_t)left) * SECOND) : now.tv_nsec;
    time_t sec = left > 0 ? now.tv_sec + (time_t)left : now.tv_sec;
    return nsec < SECOND ? (struct timespec){sec, nsec} : (struct timespec){sec + 1, nsec - SECOND};
}

int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *until)
{
    static int (*host)(sem_t *, clockid_t, const struct timespec *);
    if (!host) host = (int (*)(sem_t *, clockid_t, const struct timespec *))of_libc("sem_clockwait");
    struct timespec deadline = on_the_wall(clock, until);
    return host(sem, clock, &deadline);
}

int sem_timedwait(sem_t *sem, const struct timespec *until)
{
    return sem_clockwait(sem, CLOCK_REALTIME, until);
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until)
{
    static int (*host)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
    if (!host)
        host = (int (*)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *))of_libc(
            "pthread_cond_clockwait");
    struct timespec deadline = on_the_wall(clock, until);
    return host(cond, mutex, clock, &deadline);
}
