#pragma once

namespace temper {

/// Has memory in huge pages, if the system provides them on request: sets GLIBC_TUNABLES, which the
/// C library reads when a program starts, by executing the program again, once, with the same
/// command line; call it before anything else. Where the user has set the variable, or the program
/// can't be executed again, it continues unchanged.
void restart_with_huge_pages(char** argv);

}  // namespace temper
