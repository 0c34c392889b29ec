#pragma once

namespace temper {

/// Requests huge pages for the heap: sets GLIBC_TUNABLES and executes the program again, once, with
/// the same command line, because the C library reads that variable when a program starts. The
/// process keeps its name, by which ps and pkill know it. Call it before anything else. If the user
/// has set the variable, or the program can't be executed again, it continues unchanged.
void restart_with_huge_pages(char** argv);

}  // namespace temper
