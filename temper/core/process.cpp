#include "temper/core/process.h"

#include <unistd.h>

#include <cstdlib>

namespace temper {

void restart_with_environment(char** argv) {
  const bool waits =
      std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr;
  const bool tuned = std::getenv("GLIBC_TUNABLES") != nullptr;
  if (waits && tuned) return;
  if (!waits) ::setenv("GOMP_SPINCOUNT", "5000", 1);
  if (!tuned) ::setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 1);
  ::execv("/proc/self/exe", argv);
}

}  // namespace temper
