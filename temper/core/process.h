#pragma once

namespace temper {

/// Settles what libraries read from the environment when they are loaded, by starting the program
/// anew, once, with the same command line; call it before anything else:
///
/// - GOMP_SPINCOUNT: the threads of a parallel loop wait for one another awake for a quarter of a
///   millisecond, then asleep. The OpenMP runtime that LibTorch uses keeps them awake for longer,
///   which costs nothing on an idle machine and most of the speed where another process wants the
///   core.
/// - GLIBC_TUNABLES: memory in huge pages, where the system has them for those who ask.
///
/// What the user has set stays (also OMP_WAIT_POLICY). Where the program can't be started again it
/// goes on as it is.
void settle_process(char** argv);

}  // namespace temper
