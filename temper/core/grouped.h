#pragma once
#include <cstdint>
#include <string>

namespace temper {

/// A number with its digits in groups of three, for a terminal: "1,234,567".
std::string grouped(std::int64_t number);

}  // namespace temper
