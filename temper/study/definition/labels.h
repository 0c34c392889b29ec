#pragma once
#include <string>

#include "temper/core/error.h"
#include "temper/study/definition/study.h"

/// Rows in messages.
namespace temper::study {

/// "row 7 'dropout'"; the number is that of its [[row]] in the file, from 1.
std::string label(const Row& row);

/// An error about something in a row: its message begins with the row, and its place is that of the
/// [[row]] unless it knows a better one.
Error labelled(const Error& error, const Where& where, const std::string& label);

/// The result of a call, whose errors are about a row.
template <class Call>
auto in_row(const Row& row, const Call& call) {
  try {
    return call();
  } catch (const Error& error) {
    throw labelled(error, row.where, label(row));
  }
}

[[noreturn]] void refuse(const Where& where, const std::string& message);
[[noreturn]] void refuse(const Row& row, const std::string& message);

}  // namespace temper::study
