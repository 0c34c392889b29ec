# cmake -D OUTPUT=assets.cpp -D "FILES=name|path;name|path" -P embed.cmake
# Writes the files' bytes as the string_views that assets.h declares.
set(source "#include \"temper/report/assets.h\"\n\nnamespace temper::report::assets {\n")
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([^|]+)\\|(.+)$" whole "${entry}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND source
    "static const unsigned char ${name}_bytes[] = {\n${bytes}};\n"
    "const std::string_view ${name}(reinterpret_cast<const char*>(${name}_bytes), ${size});\n")
endforeach()
string(APPEND source "}  // namespace temper::report::assets\n")
file(WRITE "${OUTPUT}" "${source}")
