#pragma once
#include <string>
#include <vector>

namespace temper::deploy {

/// How a program ended.
struct ProgramResult {
  int error = 0;            ///< errno, where it could not be started
  int status = 0;           ///< its exit status; 128 + the signal that ended it
  std::string output = {};  ///< the first MiB of its standard output
};

/// Runs a program, without a shell, and waits for it. Its standard input and standard error are
/// those of this program. Throws Error{Code::io} where there are no pipes.
/// @param words  its name, which is looked for in PATH unless it contains a slash, and its
/// arguments
ProgramResult run_program(std::vector<std::string> words);

}  // namespace temper::deploy
