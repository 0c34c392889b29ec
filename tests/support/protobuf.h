#pragma once
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

/// Reads protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) by itself, so
/// that tests see a file's bytes with other code than that which wrote them.
namespace temper::testing {

struct ProtobufField {
  std::uint64_t number = 0;     ///< of the field, in its schema
  std::uint64_t value = 0;      ///< of a varint, or the bits of a number of fixed size
  std::string_view bytes = {};  ///< of a text, a message or a packed list
};

/// Takes a varint from the start of the bytes.
inline std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.at(0));
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  throw std::runtime_error("a varint of more than ten bytes");
}

/// The fields of a message, in order.
inline std::vector<ProtobufField> protobuf_fields(std::string_view message) {
  std::vector<ProtobufField> fields;
  const auto take = [&](std::size_t size) {
    if (size > message.size()) throw std::runtime_error("a field beyond the end of its message");
    const auto bytes = message.substr(0, size);
    message.remove_prefix(size);
    return bytes;
  };
  while (!message.empty()) {
    const auto tag = take_varint(message);
    ProtobufField field{.number = tag >> 3U};
    const auto type = tag & 7U;
    if (type == 0) {
      field.value = take_varint(message);
    } else if (type == 2) {
      field.bytes = take(take_varint(message));
    } else if (type == 1 || type == 5) {
      const auto bytes = take(type == 1 ? 8 : 4);
      for (std::size_t i = bytes.size(); i-- > 0;)
        field.value = field.value << 8U | static_cast<unsigned char>(bytes[i]);
    } else {
      throw std::runtime_error("an unknown wire type");
    }
    fields.push_back(field);
  }
  return fields;
}

/// Those with a number.
inline std::vector<ProtobufField> protobuf_fields(std::string_view message, std::uint64_t number) {
  std::vector<ProtobufField> found;
  for (const auto& field : protobuf_fields(message))
    if (field.number == number) found.push_back(field);
  return found;
}

/// The only one with a number. Throws where there are none or several.
inline ProtobufField protobuf_field(std::string_view message, std::uint64_t number) {
  const auto found = protobuf_fields(message, number);
  if (found.size() != 1) throw std::runtime_error("not one field of that number");
  return found.front();
}

}  // namespace temper::testing
