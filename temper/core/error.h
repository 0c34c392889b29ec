#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

namespace temper {

/// The category of an error, which is the program's exit status.
enum class Code {
  usage = 2,      ///< command line or recipe
  data = 3,       ///< images, labels, data files
  io = 4,         ///< disk, permissions
  numerical = 5,  ///< numbers that are not finite
  internal = 70,  ///< a bug
  stopped = 75,   ///< stopped on request, after saving; run again to resume
};

/// Where an error occurred. What is not known is empty, or 0.
struct Where {
  std::string file = {};    ///< a file or folder, or an edit of a recipe, "--set epochs=3"
  std::int64_t line = 0;    ///< from 1
  std::int64_t column = 0;  ///< from 1
  std::string option = {};  ///< path in a recipe, "data.batch_size"; messages name it themselves
  std::string image = {};   ///< the name that data::Source::where() gives it

  /// "recipe.toml:12:3: "; "" if no file is known, or if the image's name contains the file's.
  [[nodiscard]] std::string file_text() const;
  /// What messages begin with: the file and the image, as printable() shows them.
  [[nodiscard]] std::string text() const;

  bool operator==(const Where&) const = default;
};

/// Any error that a user can cause. what() says where it occurred, what was found, what was
/// expected and what to do, in one or two lines. The message may hold any name: what() escapes it.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message) : Error(code, {}, message) {}
  /// @param message  without file and image, which what() puts before it
  Error(Code code, Where where, std::string message);

  [[nodiscard]] Code code() const noexcept { return code_; }
  [[nodiscard]] const Where& where() const noexcept { return where_; }
  /// what() without where().text()
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

  /// This error, with those parts of `outer` that it does not know itself. For code that catches an
  /// error of a function that was not told the file, option or image.
  [[nodiscard]] Error within(const Where& outer) const;

 private:
  Code code_;
  Where where_;
  std::string message_;
};

}  // namespace temper
