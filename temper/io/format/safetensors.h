#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

/// Named tensors in one file (https://github.com/huggingface/safetensors, the format of version
/// 0.x): 8 bytes with the header's size, a JSON header, the tensors' little-endian bytes.
namespace temper::io {

enum class Dtype : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

/// The size of one element in bytes.
std::size_t size_of(Dtype dtype);
/// The size of a tensor in bytes; nothing if it exceeds 64 bits or a dimension is negative.
std::optional<std::uint64_t> size_of(Dtype dtype, std::span<const std::int64_t> shape);

/// A tensor whose bytes are owned by others, row-major and contiguous.
struct TensorView {
  std::string name;
  Dtype dtype;
  std::vector<std::int64_t> shape;   ///< empty: a scalar
  std::span<const std::byte> bytes;  ///< not necessarily aligned for the dtype: copy, don't cast
};

/// A tensor of a file without its bytes.
struct TensorHead {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape = {};  ///< empty: a scalar
};

/// Arbitrary text about the file, written as the header's __metadata__.
using Metadata = std::map<std::string, std::string>;

/// Writes the tensors in the given order, atomically and without a second copy of their bytes; the
/// first tensor begins at a multiple of 8 bytes. Throws Error{Code::io}, and Error{Code::internal}
/// for a view whose bytes don't fit its shape or a name that is used twice.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const Metadata& metadata = {});

/// Takes the bytes of the next tensor, row-major and contiguous.
using TensorSink = std::function<void(std::span<const std::byte> bytes)>;

/// The same file for tensors that should not be in memory all at once: `produce` calls the function
/// that it is given for each tensor in turn. Whatever it throws passes through, and an older file
/// is kept. Throws Error{Code::internal} for bytes that don't fit the shape, or are too few or too
/// many tensors.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorHead> tensors,
                       const std::function<void(const TensorSink& write)>& produce,
                       const Metadata& metadata = {});

/// A safetensors file, mapped into memory: tensors that are not accessed are not read. All
/// requirements of the format are checked first. Throws Error{Code::data} with the file, the
/// tensor, what was found and what was expected.
class Safetensors {
 public:
  explicit Safetensors(const std::filesystem::path& path);
  /// The same for bytes in memory, which must outlive the object; `name` is used in messages.
  Safetensors(std::span<const std::byte> bytes, std::string name);

  /// In the order of their bytes; empty ones at the same offset are ordered by name.
  [[nodiscard]] const std::vector<TensorView>& tensors() const { return tensors_; }
  [[nodiscard]] const Metadata& metadata() const { return metadata_; }
  /// Null if there is no tensor of that name.
  [[nodiscard]] const TensorView* find(std::string_view name) const;
  /// Throws Error{Code::data} if there is no tensor of that name.
  [[nodiscard]] const TensorView& at(std::string_view name) const;

 private:
  void parse(std::span<const std::byte> bytes);

  std::string name_;
  std::shared_ptr<const std::byte> mapping_;
  std::vector<TensorView> tensors_;
  std::map<std::string, std::size_t, std::less<>> index_;
  Metadata metadata_;
};

}  // namespace temper::io

template <>
struct temper::EnumNames<temper::io::Dtype> {
  static constexpr std::array<std::string_view, 10> value{"F64", "F32", "F16", "BF16", "I64",
                                                          "I32", "I16", "I8",  "U8",   "BOOL"};
};
