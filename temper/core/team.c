#include "temper/core/team.h"

#ifdef _OPENMP
#include <omp.h>

void temper_run_team(int threads, void (*body)(void* context, int thread, int threads),
                     void* context) {
  if (omp_in_parallel()) {
    body(context, 0, 1);
    return;
  }
  if (threads == 0) threads = omp_get_max_threads();
#pragma omp parallel num_threads(threads)
  body(context, omp_get_thread_num(), omp_get_num_threads());
}

int temper_team_processors(void) { return omp_get_num_procs(); }

#else

void temper_run_team(int threads, void (*body)(void* context, int thread, int threads),
                     void* context) {
  (void)threads;
  body(context, 0, 1);
}

int temper_team_processors(void) { return 0; }

#endif
