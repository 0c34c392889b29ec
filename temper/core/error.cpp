#include "temper/core/error.h"

#include <utility>

#include "temper/core/printable.h"

namespace temper {

std::string Where::file_text() const {
  if (file.empty() || image.find(file) != std::string::npos) return "";
  auto text = printable(file);
  for (const auto number : {line, column})
    if (number > 0) text += ":" + std::to_string(number);
  return text + ": ";
}

std::string Where::text() const {
  return image.empty() ? file_text() : file_text() + printable(image) + ": ";
}

Error::Error(Code code, Where where, std::string message)
    : std::runtime_error(where.text() + printable_lines(message)),
      code_(code),
      where_(std::move(where)),
      message_(std::move(message)) {}

Error Error::within(const Where& outer) const {
  auto where = where_;
  if (where.file.empty()) {
    where.file = outer.file;
    where.line = outer.line;
    where.column = outer.column;
  }
  if (where.option.empty()) where.option = outer.option;
  if (where.image.empty()) where.image = outer.image;
  return {code_, std::move(where), message_};
}

}  // namespace temper
