import web.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='OneTimeKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('user_id', models.PositiveBigIntegerField()),
                ('url', models.CharField(blank=True, max_length=200)),
                ('used_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ServerDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.PositiveBigIntegerField()),
                ('address', models.CharField(max_length=200)),
                ('fields', web.fields.EncryptedJSONField()),
                ('kept_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-kept_at'],
                'constraints': [models.UniqueConstraint(fields=('user_id', 'address'), name='web_one_draft_per_address')],
            },
        ),
    ]
