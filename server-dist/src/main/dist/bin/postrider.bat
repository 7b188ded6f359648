@echo off
rem SPDX-License-Identifier: Apache-2.0
rem SPDX-FileCopyrightText: The Postrider authors
rem
rem Starts the broker and its command line tools. Environment:
rem   JAVA_HOME        the Java to use (17 or newer); otherwise the java on the PATH
rem   POSTRIDER_HEAP        the most heap the broker may take, such as 4g (default: a quarter of the memory)
rem   POSTRIDER_JAVA_OPTS   options for the Java virtual machine; they win over the ones chosen here

setlocal
set "HOME_DIR=%~dp0.."
set "JAVA=java"
if not "%JAVA_HOME%"=="" set "JAVA=%JAVA_HOME%\bin\java"

"%JAVA%" -version >nul 2>&1
if errorlevel 1 (
    echo postrider: Java 17 or newer is needed: set JAVA_HOME, or put java on the PATH 1>&2
    exit /b 1
)
"%JAVA%" --list-modules 2>nul | findstr /r "^java.base@1[7-9] ^java.base@[2-9][0-9]" >nul
if errorlevel 1 (
    echo postrider: Java 17 or newer is needed, but "%JAVA%" is older 1>&2
    exit /b 1
)

set "MEMORY=-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
if "%1"=="run" set "MEMORY=-XX:+UseSerialGC -Xms28m -Xmn16m -XX:MaxRAMPercentage=25 -XX:+ExitOnOutOfMemoryError"
if "%1"=="run" if not "%POSTRIDER_HEAP%"=="" set "MEMORY=%MEMORY% -Xmx%POSTRIDER_HEAP%"

"%JAVA%" %MEMORY% %POSTRIDER_OPTS% %POSTRIDER_JAVA_OPTS% -cp "%HOME_DIR%\lib\*" "-Dpostrider.home=%HOME_DIR%" ^
    "-Dlogback.configurationFile=%HOME_DIR%\conf\logback.xml" -Dvertx.disableDnsResolver=true ^
    -Dorg.jboss.logging.provider=slf4j -Dorg.jboss.weld.xml.disableValidating=true -Djava.awt.headless=true -Dfile.encoding=UTF-8 io.postrider.server.Main %*
exit /b %ERRORLEVEL%
