#include "temper/core/process.h"

#include <unistd.h>

#include <cstdlib>

namespace temper {

void restart_with_huge_pages(char** argv) {
  if (std::getenv("GLIBC_TUNABLES") != nullptr) return;
  ::setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 1);
  ::execv("/proc/self/exe", argv);
}

}  // namespace temper
