#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace temper::data {

/// The distinct classes among labels, sorted numerically if all are whole numbers without leading
/// zeros (0, 7, 12), otherwise by their bytes.
/// @param labels  in any order, with repetitions; an empty one is no label
std::vector<std::string> classes_among(std::span<const std::string> labels);

/// Whether a text is a whole number of at most nine digits, without a sign or leading zeros.
bool is_class_number(const std::string& text);

/// Maps names of classes to their indices; -1 for other names.
class ClassIndex {
 public:
  explicit ClassIndex(const std::vector<std::string>& classes);
  [[nodiscard]] std::int64_t of(const std::string& label) const;

 private:
  std::vector<std::pair<std::string, std::int64_t>> sorted_;
};

/// Throws Error{Code::data} unless there are two or more classes.
/// @param where  the training set, for the message
void check_classes(const std::vector<std::string>& classes, const std::string& where);

/// Names of classes for a message: all of them, or the first few and their total number.
std::string some_of(const std::vector<std::string>& classes);

}  // namespace temper::data
