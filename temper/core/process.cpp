#include "temper/core/process.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>  // program_invocation_short_name
#include <cstdlib>

namespace temper {

void restart_with_huge_pages(char** argv) {
  if (std::getenv("GLIBC_TUNABLES") == nullptr) {
    ::setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 1);
    ::execv("/proc/self/exe", argv);
  }
  // The kernel calls it "exe", after that path.
  ::prctl(PR_SET_NAME, program_invocation_short_name);
}

}  // namespace temper
