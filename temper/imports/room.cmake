target_link_libraries(${target} PRIVATE PkgConfig::YAML_CPP)
