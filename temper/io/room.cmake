# TensorBoard's messages are generated in this library, which does not use LibTorch: its wheel contains a protobuf of
# its own.
set(generated "${CMAKE_BINARY_DIR}/generated/temper/io/format")
set(proto "${CMAKE_CURRENT_SOURCE_DIR}/temper/io/format/tensorboard.proto")
add_custom_command(
  OUTPUT "${generated}/tensorboard.pb.cc" "${generated}/tensorboard.pb.h"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${generated}"
  COMMAND protobuf::protoc "--cpp_out=${generated}" "--proto_path=${CMAKE_CURRENT_SOURCE_DIR}/temper/io/format" "${proto}"
  DEPENDS "${proto}" VERBATIM)
target_sources(${target} PRIVATE "${generated}/tensorboard.pb.cc" "${generated}/tensorboard.pb.h")
set_source_files_properties("${generated}/tensorboard.pb.cc" PROPERTIES COMPILE_OPTIONS -w SKIP_LINTING ON)
target_include_directories(${target} SYSTEM PRIVATE "${CMAKE_BINARY_DIR}/generated")

target_link_libraries(${target}
  PUBLIC nlohmann_json::nlohmann_json
  PRIVATE JPEG::JPEG PNG::PNG ZLIB::ZLIB PkgConfig::WEBP PkgConfig::XXHASH protobuf::libprotobuf-lite)
