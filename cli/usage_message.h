#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace temper::cli {

/// What is wrong with a command line, and what is probably meant: CLI11 only reports the argument
/// that it does not expect.
/// @param words  the command line, with the program's name
std::string usage_message(const CLI::App& root, const CLI::ParseError& error,
                          const std::vector<std::string>& words);

}  // namespace temper::cli
