#pragma once

/// The threads of LibTorch's parallel loops: those of the OpenMP runtime that comes with it.
/// Written in C, which GCC compiles whatever compiles the rest: the code that clang makes of OpenMP
/// needs another runtime, and two in one process would each have threads of their own.
#ifdef __cplusplus
extern "C" {
#endif

/// Calls body(context, thread, threads) on every thread of a team, and returns when all of them
/// have. Within a team, and where there is no OpenMP: body(context, 0, 1).
/// @param threads  size of the team; 0: as many as a parallel loop of the calling thread has
/// @param body     must not throw
void temper_run_team(int threads, void (*body)(void* context, int thread, int threads),
                     void* context);

/// The number of processors; 0 where there is no OpenMP.
int temper_team_processors(void);  // NOLINT(modernize-redundant-void-arg)

#ifdef __cplusplus
}
#endif
