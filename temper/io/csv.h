#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace temper::io {

/// A row of a table: the line that it begins on, from 1, and its fields, which are valid during the
/// call.
using SeeRow = std::function<void(std::int64_t line, std::span<const std::string> fields)>;

/// Reads a table as RFC 4180 has it: fields in UTF-8, separated by commas (or by semicolons or
/// tabs, where the first row has no comma), rows by line ends of either kind; a field in double
/// quotes may hold all of these, and quotes as "". Empty lines and a byte order mark are left out.
/// The first row is the header, handed out as the others are; every row has as many fields.
///
/// Throws Error{Code::data} with the line: a quote that is not closed or has text after it, a row
/// with more or fewer fields, zero bytes, UTF-16, no row at all.
/// @param name  what messages call the table
void read_csv(std::string_view text, const std::string& name, const SeeRow& see);

}  // namespace temper::io
