#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace temper::io {

/// Receives a row of a table: the number of its first line, from 1, and its fields, which are valid
/// during the call.
using RowCallback = std::function<void(std::int64_t line, std::span<const std::string> fields)>;

/// Reads a table in the format of RFC 4180: fields in UTF-8, separated by commas (or by semicolons
/// or tabs, if the first row has no comma), rows separated by LF, CR or CR LF; a field in double
/// quotes may contain all of these, and quotes as "". Empty lines and a byte order mark are
/// skipped. The first row is the header, and is passed to `visit` like the others; every row has
/// the same number of fields.
///
/// Throws Error{Code::data} with the line for a quote that is not closed or has text after it, a
/// row with more or fewer fields, zero bytes, UTF-16, or no rows.
/// @param name  the table's name in messages
void read_csv(std::string_view text, const std::string& name, const RowCallback& visit);

/// A row of such a table with its line feed: commas between the fields, quotes around those that
/// need them.
std::string csv_row(std::span<const std::string> fields);

}  // namespace temper::io
