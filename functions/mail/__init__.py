"""E-mail: the port Mailer by SMTP and by Amazon SES."""
