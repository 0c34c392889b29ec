#include "temper/study/definition/labels.h"

#include <fmt/format.h>

namespace temper::study {

std::string label(const Row& row) {
  return row.name.empty() ? fmt::format("row {}", row.axis + 1)
                          : fmt::format("row {} '{}'", row.axis + 1, row.name);
}

Error labelled(const Error& error, const Where& where, const std::string& label) {
  const auto known = Error(error.code(), error.where(), "").within(where);
  return {error.code(), known.where(), fmt::format("{}: {}", label, error.message())};
}

void refuse(const Where& where, const std::string& message) {
  throw Error(Code::usage, where, message);
}

void refuse(const Row& row, const std::string& message) {
  refuse(row.where, fmt::format("{}: {}", label(row), message));
}

}  // namespace temper::study
