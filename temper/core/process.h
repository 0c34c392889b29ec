#pragma once

namespace temper {

/// Sets environment variables that libraries read when they are loaded, by executing the program
/// again, once, with the same command line; call it before anything else:
///
/// - GOMP_SPINCOUNT: threads of a parallel loop that wait for one another spin for a quarter of a
///   millisecond, then sleep. The OpenMP runtime that LibTorch uses lets them spin for longer,
///   which costs nothing on an idle machine, but most of the speed when another process needs the
///   core.
/// - GLIBC_TUNABLES: memory in huge pages, if the system provides them on request.
///
/// Variables that the user has set are kept (OMP_WAIT_POLICY counts as GOMP_SPINCOUNT). If the
/// program can't be executed again, it continues unchanged.
void restart_with_environment(char** argv);

}  // namespace temper
