#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace temper::io {

/// The beginning of an NPY file of version 1.0 of 32-bit floats, little-endian and row-major
/// (https://numpy.org/neps/nep-0001-npy-format.html): 6 bytes, the version, the length of the rest
/// and a Python dictionary, padded with spaces so that the numbers begin at a multiple of 64 bytes.
/// @param shape  each side >= 0; not more sides than fit 65,535 bytes of text
std::string npy_header(std::span<const std::int64_t> shape);

/// Writes an array as such a file, atomically; numpy.load() reads it. Throws Error{Code::io}, and
/// Error{Code::internal} for values that don't fit the shape.
void write_npy(const std::filesystem::path& path, std::span<const std::int64_t> shape,
               std::span<const float> values);

}  // namespace temper::io
