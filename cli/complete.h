#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace temper::cli {

/// The hidden command that the shells' completion scripts call: `temper __complete -- WORDS...`.
constexpr std::string_view kCompleteCommand = "__complete";

/// The candidates for the last word of a command line, read from the App itself, so that they
/// always match the commands.
/// @param words  of the command line, without the program's name; the last one, perhaps empty, is
///               being typed
/// @return a line for each candidate: the whole word, and after a tab what it means, if known.
/// Then,
///         where they apply, the line ":files" (the word may be a file's name) and the line
///         ":nospace" (the word is not complete with the candidate)
std::string complete(const CLI::App& root, const std::vector<std::string>& words);

}  // namespace temper::cli
