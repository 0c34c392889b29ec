#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace temper::data {

/// The classes that labels name: each once, in the order of their numbers where all are whole
/// numbers as programs write them (0, 7, 12), else in the order of their bytes.
/// @param labels  in any order, again and again; empty ones are no labels
std::vector<std::string> classes_among(std::span<const std::string> labels);

/// Whether a text is a whole number, without sign, leading zeros or more than nine digits.
bool is_class_number(const std::string& text);

/// A class's place; -1 where it is none of them.
class ClassNumbers {
 public:
  explicit ClassNumbers(const std::vector<std::string>& classes);
  [[nodiscard]] std::int64_t of(const std::string& label) const;

 private:
  std::vector<std::pair<std::string, std::int64_t>> sorted_;
};

/// Throws Error{Code::data} unless there are two classes or more.
/// @param where  what the message calls the training set
void check_classes(const std::vector<std::string>& classes, const std::string& where);

/// Names of classes for a message: all of them, or the first few and how many there are.
std::string some_of(const std::vector<std::string>& classes);

}  // namespace temper::data
