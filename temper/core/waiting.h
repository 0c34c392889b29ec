#pragma once

namespace temper {

/// Settles how the threads of a parallel loop wait for one another: for some microseconds awake,
/// then asleep. The OpenMP runtime that LibTorch uses keeps them awake for milliseconds, which
/// costs nothing on an idle machine and nearly everything where another process wants the core.
///
/// The runtime reads its settings when it is loaded, so the program is started anew, once, by the
/// same command line; call this before anything else. Does nothing where the user has chosen
/// (OMP_WAIT_POLICY or GOMP_SPINCOUNT in the environment) or the program can't be started again.
void settle_waiting(char** argv);

}  // namespace temper
